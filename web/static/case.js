// What matters only after another answer is folded away until it does; without script its hint says so.
"use strict";

document.querySelectorAll("[data-when]").forEach((part) => {
  const form = part.closest("form");
  const asked = form.querySelectorAll(`[name="${part.dataset.when}"]`);
  const wanted = part.dataset.is.split(" ");
  const fold = () => {
    const chosen = new FormData(form).getAll(part.dataset.when);
    part.hidden = !chosen.some((one) => wanted.includes(one));
    part.querySelectorAll("input, select, textarea").forEach((one) => { one.disabled = part.hidden; });
  };
  asked.forEach((one) => one.addEventListener("change", fold));
  fold();
});
