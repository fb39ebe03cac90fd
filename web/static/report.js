// For whoever reports: a way out at once, screens that change without leaving a trail, a draft only if it is chosen.
"use strict";

const DRAFT = "varna-draft";
const KEPT = 7 * 24 * 3600 * 1000; // a draft that was forgotten goes by itself
const NEVER = ["csrf", "key", "step", "go", "speak"];

// ——— The way out: the page is empty before anything else happens, and its place in the history is taken.
const exit = document.querySelector("form.exit");
const leave = () => {
  document.title = "";
  document.body.replaceChildren();
  navigator.sendBeacon(exit.action, new URLSearchParams()); // shuts what is open, wherever one is led
  location.replace(exit.dataset.exit);
};
exit?.addEventListener("submit", (event) => {
  event.preventDefault();
  leave();
});
let escapes = [];
document.addEventListener("keydown", (event) => {
  escapes = event.key === "Escape" ? [...escapes, Date.now()].filter((at) => Date.now() - at < 1500) : [];
  if (exit && escapes.length === 3) leave();
});

// ——— What only works with script is shown only with it.
const reveal = () => document.querySelectorAll("[data-script]").forEach((part) => (part.hidden = false));

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if ("print" in button.dataset) print();
  if (button.dataset.copy) {
    const code = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(code.textContent.trim());
      button.textContent = button.dataset.done;
    } catch {
      getSelection().selectAllChildren(code); // not allowed here: one touch of their own copies it
    }
  }
  if (button.dataset.draft) drafts[button.dataset.draft]();
});

// ——— Screens: the next one is put in place of this one; if that fails, the form is sent as it would be without script.
const report = () => document.getElementById("report");
let moving = false;

const sendPlainly = (form, step) => {
  const field = Object.assign(document.createElement("input"), { type: "hidden", name: "go", value: step });
  form.append(field);
  form.submit();
};

const move = async (step, filled = new FormData(report())) => {
  moving = true;
  filled.set("go", step);
  try {
    const answer = await fetch(location.pathname, { method: "POST", body: new URLSearchParams(filled) });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!answer.ok || !page.getElementById("report")) throw new Error("no screen");
    document.querySelector("main").replaceWith(page.querySelector("main"));
    document.title = page.title;
    begin();
    scrollTo(0, 0);
    document.querySelector("h1").focus({ preventScroll: true });
    return true;
  } catch {
    sendPlainly(report(), step);
    return false;
  } finally {
    moving = false;
  }
};

document.addEventListener("submit", async (event) => {
  const step = event.submitter?.name === "go" ? event.submitter.value : "";
  if (event.target !== report() || !step || step === "send") return;
  event.preventDefault();
  if (moving) return;
  if (await move(step)) history.pushState({ step }, "");
});

addEventListener("popstate", (event) => {
  if (report() && event.state?.step) move(event.state.step);
});

// ——— A draft: on this device alone, from when it is chosen until it is sent, deleted or a week old.
let wanted = false;
const state = (what) => {
  const said = document.querySelector("[data-draft-state]");
  if (said) said.textContent = said.dataset[what] || "";
};
const shown = (...names) =>
  document.querySelectorAll("[data-draft]").forEach((button) => (button.hidden = !names.includes(button.dataset.draft)));
const kept = () => {
  try {
    const draft = JSON.parse(localStorage.getItem(DRAFT));
    if (draft && Date.now() - draft.at < KEPT) return draft;
    localStorage.removeItem(DRAFT);
  } catch {
    // nothing can be kept here, or it is none of ours
  }
  return null;
};
const keep = () => {
  if (!wanted || !report()) return;
  const pairs = [...new FormData(report())].filter(([name, value]) => value && !NEVER.includes(name));
  try {
    localStorage.setItem(DRAFT, JSON.stringify({ at: Date.now(), path: location.pathname, pairs }));
    state("kept");
    shown("delete");
  } catch {
    wanted = false;
  }
};
const drafts = {
  keep() {
    wanted = true;
    keep();
  },
  open() {
    const filled = new FormData();
    NEVER.forEach((name) => report().elements[name] && filled.set(name, report().elements[name].value));
    kept()?.pairs.forEach(([name, value]) => filled.append(name, value));
    wanted = true;
    move("start", filled);
  },
  delete() {
    wanted = false;
    localStorage.removeItem(DRAFT);
    state("gone");
    shown("keep");
  },
};
document.addEventListener("input", (event) => event.target.form === report() && keep());

// ——— What is done with each screen as it comes.
const begin = () => {
  reveal();
  if (document.querySelector("[data-sent]")) localStorage.removeItem(DRAFT);
  if (!report()) return;
  const draft = kept();
  const box = document.querySelector(".draft");
  if (box) box.open = Boolean(draft || wanted);
  if (draft?.path === location.pathname && !wanted) {
    state("found");
    shown("open", "delete");
  } else if (wanted) {
    keep();
  } else {
    shown("keep");
  }
};
if (report()) history.replaceState({ step: report().dataset.step }, "");
begin();
