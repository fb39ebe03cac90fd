// The level follows from the factors while they are answered; the server says the same when the form is sent.
"use strict";

(() => {
  const verdict = document.getElementById("verdict");
  if (!verdict) {
    return;
  }
  const form = verdict.closest("form");
  const words = document.getElementById("verdict-words").content;
  const order = ["low", "raised", "high", "acute"];
  const rank = (level) => order.indexOf(level);
  const listed = (name) => (verdict.dataset[name] || "").split(" ").filter(Boolean);
  const mark = (level) => words.querySelector(`[data-level="${level}"]`);
  const said = (name, level) =>
    words.querySelector(`[data-text="${name}"]`).textContent.replace("{level}", level ? mark(level).dataset.name : "");
  const part = (name) => verdict.querySelector(`[data-says="${name}"]`);
  const fill = (list, texts) => list.replaceChildren(...texts.map((text) => {
    const item = document.createElement("li");
    item.textContent = text;
    return item;
  }));

  const look = () => {
    const yes = [...form.querySelectorAll("[data-factor]")].filter(
      (one) => one.querySelector('input[value="yes"]').checked && one.dataset.group,
    );
    const floor = yes.reduce((top, one) => (rank(one.dataset.floor) > rank(top) ? one.dataset.floor : top), "low");
    const because = floor === "low" ? [] : yes.filter((one) => one.dataset.floor === floor);
    const prompts = [];
    if (rank("acute") > rank(floor) && yes.filter((one) => one.dataset.floor === "high" && one.dataset.group === "act").length >= 2) {
      prompts.push(said("acute"));
    }
    const raised = new Set(yes.filter((one) => one.dataset.floor === "raised").map((one) => one.dataset.group));
    if (rank("high") > rank(floor) && raised.size >= 3) {
      prompts.push(said("high"));
    }
    const level = new FormData(form).get("level");
    const now = verdict.dataset.now;
    if (level) {
      const lowering = now && rank(level) < rank(now);
      if (lowering && listed("chief").includes(now)) {
        prompts.push(said("chief", now));
      }
      if (rank(level) < rank(floor)) {
        prompts.push(said("below", floor));
      } else if (lowering && listed("lowers").includes(now)) {
        prompts.push(said("lowers", now));
      }
      if (listed("confirms").includes(level) && rank(level) >= rank(floor)) {
        prompts.push(said("confirms"));
      }
    }
    part("floor").replaceChildren(...[...mark(floor).childNodes].map((node) => node.cloneNode(true)));
    fill(part("because"), because.map((one) => one.querySelector("legend").firstChild.textContent.trim()));
    fill(part("prompts"), prompts);
  };

  verdict.querySelector(".by-hand").hidden = true;
  form.addEventListener("change", look);
  look();
})();
