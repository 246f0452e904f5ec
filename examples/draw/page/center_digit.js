// The steps of sknnadl.datasets.center_digit, with the same names.

const SIDE = 28, BOX = 20;

// How much ink is where, from 0 to 1, as an image of MNIST: SIDE * SIDE values by rows.
// The ink is light, and of a picture without any ink the image is null.
export function centerDigit(values, height, width, threshold = 0.2) {
  const ink = readInk(values, height, width, threshold);
  return ink && center(ink);
}

function readInk(values, height, width, threshold) {
  const border = [];
  for (let i = 0; i < height; i++)
    for (let j = 0; j < width; j++)
      if (i === 0 || j === 0 || i === height - 1 || j === width - 1)
        border.push(values[i * width + j]);
  const paper = median(border);
  let most = 0;
  for (const value of values) most = Math.max(most, value - paper);
  if (!most) return null;
  const amount = Float64Array.from(values, v => Math.max(0, (v - paper) / most));
  // The edges of lines, where a pixel is ink in part, stay.
  const near = dilate(amount, height, width, threshold);
  let top = height, bottom = -1, left = width, right = -1;
  for (let i = 0; i < height; i++)
    for (let j = 0; j < width; j++)
      if (near[i * width + j] && amount[i * width + j]) {
        top = Math.min(top, i), bottom = Math.max(bottom, i);
        left = Math.min(left, j), right = Math.max(right, j);
      }
  const rows = [];
  for (let i = top; i <= bottom; i++) {
    const row = new Float64Array(right - left + 1);
    for (let j = left; j <= right; j++)
      row[j - left] = near[i * width + j] ? amount[i * width + j] : 0;
    rows.push(row);
  }
  return rows;
}

function median(numbers) {
  const sorted = Float64Array.from(numbers).sort(), half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

// Where a pixel or one of the eight around it is above the threshold.
function dilate(amount, height, width, threshold) {
  const near = new Uint8Array(amount.length);
  for (let i = 0; i < height; i++)
    for (let j = 0; j < width; j++)
      if (amount[i * width + j] > threshold)
        for (let k = Math.max(0, i - 1); k <= Math.min(height - 1, i + 1); k++)
          near.fill(1, k * width + Math.max(0, j - 1), k * width + Math.min(width, j + 2));
  return near;
}

function center(ink) {
  const larger = Math.max(ink.length, ink[0].length);
  const [height, width] = [ink.length, ink[0].length].map(
    n => Math.max(1, round(n * BOX / larger)));
  // A picture is scaled along its columns, and turned, and so again.
  const box = scaleAndTurn(scaleAndTurn(ink, height), width); // height rows of width
  const most = Math.max(...box.map(row => Math.max(...row)));
  const top = first(box.map(sum));
  const left = first(box[0].map((_, j) => sum(box.map(row => row[j]))));
  const image = new Float32Array(SIDE * SIDE);
  box.forEach((row, i) => row.forEach((value, j) => {
    image[(top + i) * SIDE + left + j] = value / most;
  }));
  return image;
}

// From rows to as many columns as are wanted, and from columns to rows.
function scaleAndTurn(rows, n) {
  const weights = resampling(rows.length, n);
  return Array.from(rows[0], (_, j) => weights.map(
    of => of.reduce((total, [i, weight]) => total + weight * rows[i][j], 0)));
}

// Of each new pixel the old ones that count, and their weights.
function resampling(nFrom, nTo) {
  const scale = nFrom / nTo, reach = Math.max(1, scale);
  return Array.from({ length: nTo }, (_, k) => {
    const middle = (k + 0.5) * scale - 0.5, weights = [];
    for (let i = 0; i < nFrom; i++) {
      const weight = 1 - Math.abs(i - middle) / reach;
      if (weight > 0) weights.push([i, weight]);
    }
    const total = sum(weights.map(([, weight]) => weight));
    return weights.map(([i, weight]) => [i, weight / total]);
  });
}

// Where a box begins whose rows or columns have this mass.
function first(mass) {
  const middle = sum(mass.map((m, i) => m * i)) / sum(mass);
  return Math.min(Math.max(0, round(SIDE / 2 - middle)), SIDE - mass.length);
}

// Down what is half but for rounding.
function round(value) {
  return Math.ceil(value - 0.5 - 1e-5);
}

function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0);
}
