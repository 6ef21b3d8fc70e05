// In a gallery of a training, a slider leads to the same page of another epoch's gallery.
// epochs.js, beside the galleries, names them; links lead to the neighbours without script.
"use strict";

const slider = document.querySelector(".slider[data-epoch]");
if (slider && typeof galleries !== "undefined") {
  const { epoch, folder, page } = slider.dataset;
  const input = slider.querySelector("input"), said = slider.querySelector("output");
  input.max = galleries.length - 1;
  input.value = galleries.findIndex(([each]) => each === Number(epoch));
  slider.hidden = galleries.length < 2;
  input.addEventListener("input", () => { said.textContent = `epoch ${galleries[input.value][0]}`; });
  input.addEventListener("change", () => {
    location.href = `${folder}${galleries[input.value][1]}/${page}#epoch`;
  });
  if (location.hash === "#epoch") input.focus();  // who came by the slider goes on with it
}
