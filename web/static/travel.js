// Beside the slider stands which event it points at; it is the button that goes there.
"use strict";

const slider = document.getElementById("seq");
const point = document.getElementById("point");
if (slider.list) {
  const texts = new Map(Array.from(slider.list.options, (one) => [one.value, one.label]));
  slider.addEventListener("input", () => { point.value = `${slider.value}: ${texts.get(slider.value) ?? ""}`; });
}
