// Better with script, whole without: what every page of the console shares.
"use strict";

// A form sent twice is one form: the second click waits.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  setTimeout(() => delete form.dataset.sent, 8000);
});

// What is wrong is read out, and the keyboard stands there.
document.getElementById("wrong")?.focus();

// The menu of a small screen closes by Escape and when one goes on.
document.querySelectorAll("details.menu").forEach((menu) => {
  menu.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && menu.open) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
});

// A page kept by the browser's back button may show somebody else's session.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) {
    location.reload();
  }
});
