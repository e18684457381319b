'use strict';
const data = JSON.parse(document.getElementById('data').textContent);
const points = data.points;
// Paul Tol's bright scheme: told apart by the colour-blind, too.
const colours = ['#4477aa', '#ee6677', '#228833', '#ccbb44', '#66ccee', '#aa3377', '#999999'];
const colour = i => colours[i % colours.length];
const charts = [];

const digits = x => x === null || x === undefined ? '–'
  : x === 0 ? '0' : x.toFixed(Math.min(6, Math.max(0, 2 - Math.floor(Math.log10(Math.abs(x))))));
const percent = x => x === null || x === undefined ? '–' : Math.round(x * 100) + ' %';
const tokens = n => n >= 1024 && n % 1024 === 0 ? n / 1024 + 'k' : String(n);
const css = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const byId = id => document.getElementById(id);
const narrow = () => window.innerWidth < 600;

/** On as many lines as there is little room, broken at spaces and hyphens. */
function lines(label) {
  const room = narrow() ? 24 : 48;
  const result = [''];
  label.split(/(?<=[ -])/).forEach(part => {
    if ((result[result.length - 1] + part).trimEnd().length > room) {
      result.push('');
    }
    result[result.length - 1] += part;
  });
  return result.map(line => line.trimEnd());
}

function element(tag, text, attributes = {}) {
  const result = document.createElement(tag);
  result.textContent = text;
  Object.entries(attributes).forEach(([name, value]) => result.setAttribute(name, value));
  return result;
}

function curves() {
  const result = new Map();
  points.forEach(p => result.set(p.curve, [...(result.get(p.curve) || []), p]));
  result.forEach(list => list.sort((a, b) => a.record.seqQ - b.record.seqQ));
  return result;
}

function axis(title, extra = {}) {
  return {
    title: { display: true, text: title, color: css('--text') },
    ticks: { color: css('--faint'), ...extra.ticks },
    grid: { color: css('--line') },
    ...Object.fromEntries(Object.entries(extra).filter(([key]) => key !== 'ticks')),
  };
}

function chart(id, config) {
  config.options = {
    responsive: true,
    maintainAspectRatio: false,
    animation: false,
    ...config.options,
    plugins: {
      legend: { display: false },
      ...(config.options.plugins || {}),
    },
  };
  charts.push(new Chart(byId(id), config));
  legend(id, config.data.datasets);
}

/** Below the chart; the library's own does not break long names. */
function legend(id, datasets) {
  const list = element('ul', '', { class: 'legend' });
  datasets.forEach(({ label, backgroundColor, borderColor }) => {
    const item = element('li', label);
    item.style.setProperty('--swatch', backgroundColor || borderColor);
    list.append(item);
  });
  const frame = byId(id).parentElement;
  if (frame.nextElementSibling?.className === 'legend') {
    frame.nextElementSibling.remove();
  }
  frame.after(list);
}

/** A chart of a bar per label, as high as the labels need. */
function bars(id, config) {
  const rows = config.data.labels.reduce((sum, label) => sum + label.length * (narrow() ? 11 : 15) + 10, 0);
  byId(id).parentElement.style.height = Math.max(160, rows + 60) + 'px';
  chart(id, config);
}

function hide(id) {
  byId(id).hidden = true;
}

function headline() {
  const fastest = points.reduce((a, b) => b.record.tflops > a.record.tflops ? b : a);
  const longest = points.reduce((a, b) => b.record.seqQ > a.record.seqQ ? b : a);
  const shares = points.filter(p => p.record.peakShare !== null).map(p => p.record.peakShare);
  const rings = points.filter(p => p.record.ringEfficiency !== null);
  const verified = points.filter(p => p.record.verified).length;
  const unit = fastest.record.tflops < 1
    ? digits(fastest.record.tflops * 1000) + ' GFLOP/s' : digits(fastest.record.tflops) + ' TFLOP/s';
  const items = [
    [unit, 'fastest: ' + fastest.label],
    [tokens(longest.record.seqQ) + ' tokens', 'longest sequence'],
    [`${verified} of ${points.length}`, 'measurements verified against FP64 first'],
  ];
  if (shares.length) {
    items.push([percent(Math.max(...shares)), "largest share of the devices' peak"]);
  }
  if (rings.length) {
    const size = p => [p.record.seqQ, p.record.devices.split(',').length, p.record.ringEfficiency];
    const larger = (a, b) => {
      const i = size(a).findIndex((value, k) => value !== size(b)[k]);
      return i < 0 || size(a)[i] > size(b)[i] ? a : b;
    };
    const largest = rings.reduce(larger);
    items.push([percent(largest.record.ringEfficiency), 'ring efficiency, largest: ' + largest.label]);
  }
  items.forEach(([value, what]) => {
    const item = document.createElement('div');
    item.append(element('b', value), element('span', what));
    byId('headline').append(item);
  });
}

function scaling() {
  const slow = points.every(p => p.record.tflops < 1);
  const factor = slow ? 1000 : 1;
  chart('scaling', {
    type: 'line',
    data: {
      datasets: [...curves()].map(([label, list], i) => ({
        label,
        borderColor: colour(i),
        backgroundColor: colour(i),
        data: list.map(p => ({ x: p.record.seqQ, y: p.record.tflops * factor })),
      })),
    },
    options: {
      scales: {
        x: axis('tokens', {
          type: 'logarithmic',
          afterBuildTicks: scale => {
            scale.ticks = [...new Set(points.map(p => p.record.seqQ))].sort((a, b) => a - b)
              .map(value => ({ value }));
          },
          ticks: { callback: tokens },
        }),
        y: axis(slow ? 'GFLOP/s' : 'TFLOP/s', { beginAtZero: true }),
      },
    },
  });
}

function efficiency() {
  const rings = points.filter(p => p.record.ringEfficiency !== null);
  if (!rings.length) {
    hide('efficiency-section');
    return;
  }
  const longest = new Map();
  rings.forEach(p => {
    const old = longest.get(p.curve);
    if (!old || p.record.seqQ >= old.record.seqQ) {
      longest.set(p.curve, p);
    }
  });
  const ringsAtLongest = [...longest.values()];
  bars('efficiency', {
    type: 'bar',
    data: {
      labels: ringsAtLongest.map(p => lines(p.label)),
      datasets: [{
        label: 'efficiency at the longest sequence',
        backgroundColor: colour(0),
        data: ringsAtLongest.map(p => p.record.ringEfficiency * 100),
      }],
    },
    options: {
      indexAxis: 'y',
      scales: {
        x: axis('%', { beginAtZero: true, suggestedMax: 100 }),
        y: axis('', { ticks: { autoSkip: false, font: { size: narrow() ? 9 : 12 } } }),
      },
    },
  });
}

function split() {
  const parts = [['kernelMillis', 'kernel'], ['exposedMillis', 'exchange, exposed'], ['hostMillis', 'host']];
  const longest = [...curves().values()].map(list => list[list.length - 1])
    .filter(p => p.record.kernelMillis !== null);
  if (!longest.length) {
    hide('split-section');
    return;
  }
  const total = p => p.record.kernelMillis + p.record.exposedMillis + p.record.hostMillis;
  bars('split', {
    type: 'bar',
    data: {
      labels: longest.map(p => lines(p.label)),
      datasets: parts.map(([field, label], i) => ({
        label,
        backgroundColor: [colour(0), colour(1), colour(6)][i],
        data: longest.map(p => p.record[field] / total(p) * 100),
      })),
    },
    options: {
      indexAxis: 'y',
      scales: {
        x: axis('% of the call', { stacked: true, max: 100 }),
        y: axis('', { stacked: true, ticks: { autoSkip: false, font: { size: narrow() ? 9 : 12 } } }),
      },
    },
  });
}

function roofline() {
  const known = points.filter(p => p.intensity !== null && p.peakFlopsPerSecond !== null);
  if (!known.length) {
    hide('roofline-section');
    return;
  }
  const flops = Math.max(...known.map(p => p.peakFlopsPerSecond));
  const bytes = Math.max(...known.map(p => p.peakBytesPerSecond));
  const left = Math.min(flops / bytes / 10, ...known.map(p => p.intensity / 2));
  const right = Math.max(...known.map(p => p.intensity)) * 2;
  const roof = [left, flops / bytes, right].map(x => ({ x, y: Math.min(flops, x * bytes) / 1e9 }));
  const byCurve = new Map();
  known.forEach(p => byCurve.set(p.curve, [...(byCurve.get(p.curve) || []), p]));
  chart('roofline', {
    type: 'scatter',
    data: {
      datasets: [
        { label: 'roof', type: 'line', data: roof, borderColor: css('--faint'), pointRadius: 0, borderWidth: 2 },
        ...[...byCurve].map(([label, list], i) => ({
          label,
          backgroundColor: colour(i),
          pointRadius: 5,
          data: list.map(p => ({ x: p.intensity, y: p.record.tflops * 1000 })),
        })),
      ],
    },
    options: {
      scales: {
        x: axis('FLOP per byte', { type: 'logarithmic' }),
        y: axis('GFLOP/s', { type: 'logarithmic' }),
      },
    },
  });
}

function plan() {
  const report = data.calibration;
  if (!report) {
    hide('plan-section');
    return;
  }
  byId('plan-summary').textContent =
    `The planner's simulation, fitted to these runs: relative error of ${report.predictions.length} predictions, ` +
    `median ${digits(report.medianError * 100)} %, largest ${digits(report.maxError * 100)} %; of measurements ` +
    `that it was not fitted to, median ${digits(report.heldOutMedianError * 100)} %, ` +
    `largest ${digits(report.heldOutMaxError * 100)} %.`;
  const times = report.predictions.map(p => ({ x: p.measuredMillis, y: p.predictedMillis }));
  const low = Math.min(...times.map(t => t.x)) / 1.5;
  const high = Math.max(...times.map(t => t.x)) * 1.5;
  chart('plan', {
    type: 'scatter',
    data: {
      datasets: [
        { label: 'measurements', data: times, backgroundColor: colour(0), pointRadius: 4 },
        { label: 'equal', type: 'line', data: [{ x: low, y: low }, { x: high, y: high }], borderColor: css('--faint'), pointRadius: 0 },
      ],
    },
    options: {
      scales: {
        x: axis('measured, ms', { type: 'logarithmic', min: low, max: high }),
        y: axis('predicted, ms', { type: 'logarithmic', min: low, max: high }),
      },
    },
  });
  byId('plan-table').append(table(
    [['run', true], ['measurement', true], ['measured ms'], ['predicted ms'], ['error %'], ['held out %']],
    report.predictions.map(p => [p.run, p.subject, p.measuredMillis, p.predictedMillis, p.error * 100, p.heldOutError * 100]),
    digits));
}

/** A table that sorts by the column whose header is clicked. */
function table(headers, rows, format) {
  const result = document.createElement('table');
  const head = result.createTHead().insertRow();
  const body = result.createTBody();
  const fill = () => {
    body.replaceChildren(...rows.map(row => {
      const line = document.createElement('tr');
      row.forEach((value, i) => line.append(
        element('td', typeof value === 'number' && !headers[i][2] ? format(value) : value === null ? '–' : String(value),
          headers[i][1] ? { class: 'word' } : {})));
      return line;
    }));
  };
  headers.forEach(([name, isWord], i) => {
    const cell = element('th', name, isWord ? { class: 'word' } : {});
    cell.addEventListener('click', () => {
      const up = cell.getAttribute('aria-sort') !== 'ascending';
      head.querySelectorAll('th').forEach(other => other.removeAttribute('aria-sort'));
      cell.setAttribute('aria-sort', up ? 'ascending' : 'descending');
      const order = (a, b) => a === b ? 0 : a === null ? 1 : b === null ? -1
        : typeof a === 'number' ? a - b : String(a).localeCompare(String(b));
      rows.sort((a, b) => (up ? 1 : -1) * order(a[i], b[i]));
      fill();
    });
    head.append(cell);
  });
  fill();
  return result;
}

function records() {
  const whole = true;
  const columns = [
    ['run', true, p => p.run], ['devices', true, p => p.record.devices],
    ['attnType', true, p => p.record.attnType], ['kernel', true, p => p.record.kernel],
    ['dtype', true, p => p.record.dtype], ['mask', true, p => (p.record.causal ? 'causal' : 'full') +
      (p.record.window === 'none' ? '' : ' window ' + p.record.window)],
    ['sharding', true, p => p.record.sharding], ['threads', false, p => p.record.threads, whole],
    ['B', false, p => p.record.batch, whole], ['Sq', false, p => p.record.seqQ, whole],
    ['Sk', false, p => p.record.seqK, whole], ['H', false, p => p.record.heads, whole],
    ['KVH', false, p => p.record.kvHeads, whole], ['D', false, p => p.record.headDim, whole],
    ['joint', false, p => p.record.jointTokens, whole], ['median ms', false, p => p.record.medianMillis],
    ['CI low', false, p => p.record.ciLowMillis], ['CI high', false, p => p.record.ciHighMillis],
    ['TFLOP/s', false, p => p.record.tflops],
    ['of peak %', false, p => p.record.peakShare === null ? null : p.record.peakShare * 100],
    ['efficiency %', false, p => p.record.ringEfficiency === null ? null : p.record.ringEfficiency * 100],
    ['kernel ms', false, p => p.record.kernelMillis], ['exposed ms', false, p => p.record.exposedMillis],
    ['hidden ms', false, p => p.record.hiddenMillis], ['host ms', false, p => p.record.hostMillis],
    ['verified', true, p => p.record.verified ? 'yes' : 'no'],
  ];
  byId('records').append(table(
    columns.map(([name, isWord, , isWhole]) => [name, isWord, isWhole]),
    points.map(p => columns.map(([, , value]) => value(p))),
    digits));
}

function environments() {
  data.runs.forEach(run => {
    const list = document.createElement('dl');
    const e = run.environment;
    const facts = [['run', run.name]];
    if (e) {
      facts.push(['date', e.date], ['command', e.command], ['commit', e.commit],
        ['machine', `${e.machine}, ${e.cores} cores`], ['devices', e.devices.join('; ')],
        ['system', e.os], ['JVM', e.jvm]);
    }
    facts.forEach(([name, value]) => list.append(element('dt', name), element('dd', value)));
    byId('environments').append(list);
  });
}

function drawCharts() {
  charts.splice(0).forEach(c => c.destroy());
  byId('plan-table').replaceChildren();
  [scaling, efficiency, split, roofline, plan].forEach(draw => draw());
}

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  drawCharts();
}

const dark = window.matchMedia('(prefers-color-scheme: dark)');
byId('theme').addEventListener('click', () =>
  setTheme(document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark'));
dark.addEventListener('change', () => setTheme(dark.matches ? 'dark' : 'light'));
if (!document.querySelector('#timeline-section figure')) {
  hide('timeline-section');
}
headline();
records();
environments();
setTheme(dark.matches ? 'dark' : 'light');
