// Keyboard shortcuts, and judging without reloading. All of it also works by links and forms.
"use strict";

const items = [...document.querySelectorAll("[data-item]")];
const help = document.getElementById("keys");
const switchedOff = "desk-keys-off";
let here = items.findIndex((item) => `#${item.id}` === location.hash);

function keysOn() {
  try {
    return localStorage.getItem(switchedOff) === null;
  } catch {
    return true; // no storage: the switch applies to this page only
  }
}

function go(to) {
  const goal = Math.max(0, Math.min(items.length - 1, to));
  items[here]?.classList.remove("here");
  here = goal;
  const item = items[here];
  item.classList.add("here");
  const target = item.hasAttribute("tabindex") ? item : item.querySelector("a");
  target.focus({ preventScroll: true });
  item.scrollIntoView({ block: "nearest" });
  const top = item.getBoundingClientRect().top;
  if (top < 0 || top > innerHeight * 0.6) item.scrollIntoView({ block: "start" });
}

function neighbour(rel) {
  const link = document.querySelector(`a[rel=${rel}]`);
  if (link) location.assign(link.href);
  return Boolean(link);
}

function move(step) {
  const goal = here + step;
  if (here >= 0 && (goal < 0 || goal >= items.length) && neighbour(step > 0 ? "next" : "prev")) return;
  if (items.length) go(here < 0 ? 0 : goal);
  else neighbour(step > 0 ? "next" : "prev");
}

function formHere() {
  const focused = document.activeElement?.closest("[data-item]");
  if (focused) here = items.indexOf(focused);
  if (here < 0 && items.length) go(0);
  return items[here]?.querySelector("[data-judging]");
}

function typing(target) {
  return target.closest("input, textarea, select, [contenteditable]") !== null;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (event.key === "Escape" && event.target.matches("textarea")) {
    event.target.closest("[data-item]")?.focus();
    return;
  }
  if (typing(event.target) || help?.open) return;
  if (event.key === "?" && help) {
    event.preventDefault();
    help.showModal();
    return;
  }
  if (!keysOn()) return;
  const done = press(event.key);
  if (done) event.preventDefault();
});

function press(key) {
  if (key === "j") move(1);
  else if (key === "k") move(-1);
  else if (key === "n" || (key >= "1" && key <= "9")) {
    const form = formHere();
    if (!form) return false;
    if (key === "n") {
      form.querySelector(".note").open = true;
      form.querySelector("textarea").focus();
    }
    else form.querySelectorAll("button[name=judged]")[key - 1]?.click();
  } else return false;
  return true;
}

// Judging

for (const form of document.querySelectorAll("[data-judging]")) {
  form.addEventListener("submit", (event) => {
    if (!event.submitter?.value) return;
    event.preventDefault();
    judge(form, event.submitter);
  });
}

async function judge(form, button) {
  const status = form.querySelector("[role=status]");
  const fields = new FormData(form);
  fields.set("judged", button.value);
  status.classList.remove("bad");
  status.textContent = "…";
  try {
    const reply = await fetch(form.action, {
      method: "POST", body: fields, headers: { accept: "application/json" }, redirect: "error",
    });
    const judgement = await reply.json();
    if (!reply.ok) throw new Error(judgement.error);
    for (const one of form.querySelectorAll("button[name=judged]")) {
      one.setAttribute("aria-pressed", String(one.value === judgement.judged));
    }
    list(form.closest("[data-item]").querySelector("[data-judgements]"), judgement);
    const what = judgement.sentence ? `Sentence ${judgement.sentence}` : "Reply";
    status.textContent = `${what} judged: ${judgement.judged}.`;
  } catch (error) {
    status.classList.add("bad");
    const why = error instanceof TypeError || error instanceof SyntaxError ? "the server does not respond" : error.message;
    status.textContent = `Not saved: ${why}.`;
  }
}

function list(judgements, judgement) {
  for (const old of judgements.children) {
    if (old.dataset.editor === judgement.editor) old.remove();
  }
  const line = document.createElement("li");
  line.dataset.editor = judgement.editor;
  const word = document.createElement("span");
  word.className = `judged ${judgement.judged.replaceAll(" ", "-")}`;
  word.textContent = judgement.judged;
  line.append(word, ` ${judgement.editor}, ${judgement.at}`);
  if (judgement.note) {
    const note = document.createElement("q");
    note.dir = "auto";
    note.textContent = judgement.note;
    line.append(note);
  }
  judgements.append(line);
}

// The list of keys

for (const button of document.querySelectorAll("[data-help]")) {
  button.hidden = false;
  button.addEventListener("click", () => help?.showModal());
}

const keysSwitch = document.getElementById("keyson");
if (keysSwitch) {
  keysSwitch.checked = keysOn();
  keysSwitch.addEventListener("change", () => {
    try {
      if (keysSwitch.checked) localStorage.removeItem(switchedOff);
      else localStorage.setItem(switchedOff, "1");
    } catch {
      // no storage: nothing to remember
    }
  });
}

// A run of checks that is still going
if (document.querySelector("[data-reload]")) setTimeout(() => location.reload(), 2000);

// Asking: Enter asks, Shift+Enter begins a line; a form that was sent says so

for (const form of document.querySelectorAll("[data-ask]")) {
  const box = form.querySelector("textarea");
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    if (box.value.trim()) form.requestSubmit();
  });
  form.addEventListener("submit", () => {
    const button = form.querySelector("button");
    button.textContent = "Asking …";
    button.disabled = true;
  });
}

// A page that the browser kept as it was when its form was sent
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

for (const button of document.querySelectorAll("[data-copy]")) {
  const text = document.getElementById(button.dataset.copy);
  const label = button.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    button.textContent = (await copied(text)) ? "Copied" : "Select the text below and copy it";
    setTimeout(() => { button.textContent = label; }, 3000);
  });
}

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text.value);
    return true;
  } catch {
    text.closest("details").open = true; // no clipboard without https: the selection is there
    text.select();
    return document.execCommand("copy");
  }
}
