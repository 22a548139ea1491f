// Format: numbers and times for people.
function bytesText(n) {
  let unit = 0;
  for (; n >= 1024 && unit < 5; unit++) n /= 1024;
  return `${unit === 0 ? Math.round(n) : n < 10 ? n.toFixed(1) : Math.round(n)} ${['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'][unit]}`;
}

const two = n => String(n).padStart(2, '0');

// timeText formats a duration or a time since the beginning, in microseconds.
function timeText(us) {
  if (us === 0) return '0 s';
  if (us < 1000) return `${Math.round(us)} µs`;
  if (us < 1e6) return `${(us / 1000).toFixed(us < 1e5 ? 2 : 0)} ms`;
  if (us < 60e6) return `${(us / 1e6).toFixed(3)} s`;
  const seconds = Math.floor(us / 1e6);
  const hours = Math.floor(seconds / 3600), minutes = Math.floor(seconds / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

// tickStep returns the next round number of microseconds.
function tickStep(least) {
  for (const seconds of [60, 120, 300, 600, 1800, 3600, 7200, 21600, 43200, 86400]) {
    if (least <= seconds * 1e6 && least > 30e6) return seconds * 1e6;
  }
  const power = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 5, 10].map(n => n * power).find(step => step >= least);
}

// tickText formats a time on an axis. step is the distance between two ticks.
function tickText(us, step) {
  if (us === 0) return '0';
  if (step >= 60e6 || us >= 60e6 && step >= 1e6) return timeText(us);
  const [unit, name] = us < 1000 ? [1, 'µs'] : us < 1e6 ? [1000, 'ms'] : [1e6, 's'];
  const places = Math.max(0, Math.ceil(-Math.log10(step / unit) - 1e-9));
  return `${(us / unit).toFixed(places)} ${name}`;
}

const countText = n => n.toLocaleString(language === 'zh' ? 'zh-CN' : 'en-GB');

// element makes an element. Its text is never read as HTML, so no name can be code.
function element(name, text, className) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

const get = id => document.getElementById(id);
