import * as ort from "./runtime/ort.wasm.min.mjs";
import { centerDigit } from "./center_digit.js";

const find = id => document.getElementById(id);
const [paper, seen, maps, main] = [
  find("paper"), find("seen"), find("maps"), document.querySelector("main")];
const pen = paper.getContext("2d", { willReadFrequently: true });
pen.lineWidth = 22;
pen.lineCap = pen.lineJoin = "round";

const bars = Array.from({ length: 10 }, (_, digit) => {
  const bar = find("bars").appendChild(document.createElement("li"));
  bar.innerHTML = `<b>${digit}</b><i><span></span></i><small></small>`;
  return bar;
});

// Pictures are black with more or less alpha, which the style turns around in the dark.
function paint(canvas, values) {
  const image = new ImageData(canvas.width, canvas.height);
  values.forEach((value, i) => { image.data[4 * i + 3] = 255 * value; });
  canvas.getContext("2d").putImageData(image, 0, 0);
}

function showProbabilities(probabilities) {
  const best = probabilities && probabilities.indexOf(Math.max(...probabilities));
  find("answer").textContent = best ?? "?";
  bars.forEach((bar, digit) => {
    const percent = probabilities ? 100 * probabilities[digit] : 0;
    bar.classList.toggle("best", digit === best);
    bar.querySelector("span").style.width = `${percent}%`;
    bar.querySelector("small").textContent = probabilities ? `${percent.toFixed(1)}%` : "";
  });
}

// `features` has the shape (1, height, width, maps).
function showMaps(features) {
  const [, height, width, n] = features.dims;
  while (maps.childElementCount < n) {
    const canvas = maps.appendChild(document.createElement("canvas"));
    Object.assign(canvas, { className: "ink", width, height, role: "img" });
    canvas.ariaLabel = `Feature map ${maps.childElementCount}`;
  }
  const most = Math.max(...features.data) || 1;
  [...maps.children].forEach((canvas, map) => {
    const pixels = new Float32Array(height * width);
    paint(canvas, pixels.map((_, i) => Math.max(0, features.data[i * n + map] / most)));
  });
}

function readPaper() {
  const { width, height } = paper;
  const { data } = pen.getImageData(0, 0, width, height);
  return centerDigit(
    Float64Array.from({ length: width * height }, (_, i) => data[4 * i + 3] / 255),
    height, width);
}

let session, isRunning = false, hasChanged = false;

// Show what is on the paper; where it has changed meanwhile, show it again.
async function recognise() {
  hasChanged = true;
  main.ariaBusy = "true";
  if (!session || isRunning) return;
  isRunning = true;
  while (hasChanged) {
    await new Promise(requestAnimationFrame);
    hasChanged = false;
    const image = readPaper();
    const input = new ort.Tensor("float32", image ?? new Float32Array(784), [1, 28, 28]);
    const { probabilities, features } = await session.run({ X: input });
    paint(seen, input.data);
    showMaps(features);
    showProbabilities(image && [...probabilities.data]);
  }
  isRunning = false;
  main.ariaBusy = "false";
}

let pointer = null, last;

function draw(event) {
  if (event.pointerId !== pointer) return;
  const moves = event.getCoalescedEvents?.() ?? [];
  for (const move of moves.length ? moves : [event]) {
    const scale = paper.width / paper.clientWidth;
    const place = [scale * move.offsetX, scale * move.offsetY];
    pen.beginPath();
    pen.moveTo(...(last ?? place));
    pen.lineTo(...place);
    pen.stroke();
    last = place;
  }
  recognise();
}

paper.addEventListener("pointerdown", event => {
  if (pointer !== null || event.button) return;
  pointer = event.pointerId;
  last = null;
  paper.setPointerCapture(pointer);
  draw(event);
});
paper.addEventListener("pointermove", draw);
for (const end of ["pointerup", "pointercancel"])
  paper.addEventListener(end, event => {
    if (event.pointerId === pointer) pointer = null;
  });

function clear() {
  pen.clearRect(0, 0, paper.width, paper.height);
  last = null;
  recognise();
}

find("clear").addEventListener("click", clear);
document.addEventListener("keydown", event => {
  if (event.key === "Escape") clear();
});

try {
  // One thread needs no more from the server; the files are beside the page.
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.wasmPaths = new URL("runtime/", document.baseURI).href;
  session = await ort.InferenceSession.create("model/digits.onnx");
  find("about").textContent = await (await fetch("model/about.txt")).text();
  recognise();
} catch (error) {
  find("about").textContent = `The network does not load: ${error.message}`;
}
