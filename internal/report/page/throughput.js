// Throughput: bytes per second on the same time axis.
const rateCanvas = get('rate');
const RATE = 96; // pixels high
const hasRate = moved.bytes.length > 1 && moved.bytes[moved.bytes.length - 1] > 0;

// ratesNow returns the bytes per second in each bin. pixels is the width of a bin.
function ratesNow(pixels) {
  const rates = [];
  for (let x = line.gutter; x < line.width; x += pixels) {
    const from = Math.max(0, timeAt(x)), to = Math.min(line.until, END, timeAt(x + pixels));
    rates.push(to > from ? (movedAt(to) - movedAt(from)) / (to - from) * 1e6 : 0);
  }
  return rates;
}

function drawRate() {
  rateCanvas.hidden = !hasRate;
  if (!hasRate) return;
  const pixels = Math.max(3, Math.round((line.width - line.gutter) / 240));
  const rates = ratesNow(pixels), most = rates.reduce((a, b) => Math.max(a, b), 1);
  const context = fitCanvas(rateCanvas, line.width, RATE);
  const height = RATE - 26, floor = RATE - 8;
  context.fillStyle = colours.running;
  rates.forEach((rate, i) => context.fillRect(line.gutter + i * pixels, floor - rate / most * height, pixels - 0.5, rate / most * height));
  drawGone(context, floor, height);
  context.fillStyle = colours.rule;
  context.fillRect(line.gutter, floor, line.width, 1);
  context.fillRect(line.gutter, floor - height, line.width, 1);
  context.fillStyle = colours.soft;
  const label = say('perSecond', bytesText(most));
  context.fillText(label, 8, floor - height);
  context.fillText('0', 8, floor);
  rateCanvas.setAttribute('aria-label', say('rateLabel', label));
}

// drawGone draws the sum of the bytes moved as a line from 0 to all.
function drawGone(context, floor, height) {
  const all = moved.bytes[moved.bytes.length - 1];
  context.strokeStyle = colours.ink;
  context.setLineDash([5, 3]);
  context.beginPath();
  for (let x = line.gutter; x <= line.width; x += 4) {
    const at = timeAt(x);
    if (at > line.until) break;
    if (at < 0) continue;
    context.lineTo(x, floor - movedAt(at) / all * height);
  }
  context.stroke();
  context.setLineDash([]);
  context.fillStyle = colours.soft;
  const text = `┄ ${say('gone')}: ${bytesText(movedAt(Math.min(line.until, END)))}`;
  if (context.measureText(text).width < line.width - line.gutter - 12) context.fillText(text, line.gutter + 4, 9);
}
