// Elements, and diagrams of tables: laid out in ranks along their references, drawn as SVG, panned and zoomed.
// Text reaches the page as text only; nothing here reads or writes markup.

const SVG = "http://www.w3.org/2000/svg";

/** An element with attributes (functions are listeners) and children; nothing for children that are null. */
function element(name, attributes, ...children) {
  const made = name.startsWith("svg:") ? document.createElementNS(SVG, name.slice(4)) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") made.addEventListener(key, value);
    else made.setAttribute(key, value === true ? "" : String(value));
  }
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false) made.append(child);
  }
  return made;
}

const BOX = { bar: 27, row: 19, pad: 11, least: 120, most: 300, gapX: 84, gapY: 26, foot: 7 };
const MARKS = { added: "+", removed: "−", altered: "~", renamed: "→" };

const pen = document.createElement("canvas").getContext("2d");
function width(text, font) {
  if (!pen) return text.length * 7;
  pen.font = font;
  return pen.measureText(text).width;
}
function fitted(text, room, font) {
  if (width(text, font) <= room) return text;
  let shown = text;
  while (shown.length > 1 && width(shown + "…", font) > room) shown = shown.slice(0, -Math.ceil(shown.length / 12));
  return shown + "…";
}

const FONTS = {};
function fonts() {
  if (!FONTS.title) {
    const style = getComputedStyle(document.documentElement);
    FONTS.title = "600 13px " + style.getPropertyValue("--sans");
    FONTS.field = "11.5px " + style.getPropertyValue("--mono");
    FONTS.kind = "11px " + style.getPropertyValue("--mono");
  }
  return FONTS;
}

/** Gives each table its size. */
function measure(tables) {
  const font = fonts();
  for (const table of tables) {
    let wide = width(table.title, font.title) + (table.mark ? 18 : 0);
    for (const field of table.fields) {
      wide = Math.max(wide, width(field.label || field.name, font.field) + width(field.kind || "", font.kind) + 40);
    }
    table.w = Math.round(Math.min(BOX.most, Math.max(BOX.least, wide + 2 * BOX.pad)));
    const rows = table.fields.length + (table.left ? 1 : 0);
    table.h = BOX.bar + (rows ? rows * BOX.row + 8 : 0);
  }
}

/** Sets x and y of each table; returns the width and height of all. Links lead from a referring table to the referred one. */
function layOut(tables, links) {
  const at = new Map(tables.map((table, index) => [table.id, index]));
  // Beside the tables: the points where a link that spans several ranks passes those between.
  const all = [...tables], bends = new Map();
  const near = tables.map(() => []);
  const above = tables.map(() => []);
  for (const link of links) {
    const from = at.get(link.from), to = at.get(link.to);
    if (from === undefined || to === undefined || from === to) continue;
    near[from].push(to);
    near[to].push(from);
    above[from].push(to);
  }
  const group = new Int32Array(tables.length).fill(-1);
  const groups = [];
  for (let start = 0; start < tables.length; start++) {
    if (group[start] >= 0) continue;
    const members = [start];
    group[start] = groups.length;
    for (let next = 0; next < members.length; next++) {
      for (const other of near[members[next]]) {
        if (group[other] < 0) {
          group[other] = groups.length;
          members.push(other);
        }
      }
    }
    groups.push(members);
  }
  const alone = groups.filter((members) => members.length === 1).map((members) => members[0]);
  const blocks = groups.filter((members) => members.length > 1).map((members) => ranked(all, members, near, above, bends));
  if (alone.length) blocks.push(grid(all, alone));
  const size = packed(all, blocks);
  for (const link of links) {
    link.way = (bends.get(at.get(link.from) + " " + at.get(link.to)) || []).map((node) => ({ x: all[node].x, y: all[node].y + all[node].h / 2, w: all[node].room }));
  }
  return size;
}

/** A connected group in ranks: what refers stands right of what it refers to. */
function ranked(tables, members, near, above, bends) {
  const rank = new Map();
  const order = [];
  const state = new Map();
  for (const root of members) {
    // Depth first, without recursion; a reference back into the path is a cycle and does not count.
    const path = [[root, 0]];
    while (path.length) {
      const top = path[path.length - 1];
      const [node, next] = top;
      if (next === 0) {
        if (state.has(node)) { path.pop(); continue; }
        state.set(node, 1);
      }
      const parents = above[node];
      if (next < parents.length) {
        top[1]++;
        if (!state.has(parents[next])) path.push([parents[next], 0]);
        continue;
      }
      state.set(node, 2);
      order.push(node);
      path.pop();
    }
  }
  const seen = new Set();
  for (const node of order) {
    let deepest = -1;
    for (const parent of above[node]) if (seen.has(parent)) deepest = Math.max(deepest, rank.get(parent));
    rank.set(node, deepest + 1);
    seen.add(node);
  }
  // What nothing is above of moves next to the first that refers to it.
  for (const node of members) {
    if (above[node].length) continue;
    const below = near[node].map((other) => rank.get(other)).filter((other) => other > rank.get(node));
    if (below.length) rank.set(node, Math.min(...below) - 1);
  }
  const own = [...members];
  for (const from of own) {
    for (const to of new Set(above[from])) {
      const [low, high] = [rank.get(to), rank.get(from)];
      if (high - low < 2 || members.length > 4 * own.length) continue;
      const way = [];
      let before = to;
      for (let level = low + 1; level < high; level++) {
        const node = tables.length;
        tables.push({ w: 0, h: 10, bend: true });
        near.push([before]);
        above.push([]);
        near[before].push(node);
        rank.set(node, level);
        members.push(node);
        way.unshift(node);
        before = node;
      }
      near[before].push(from);
      near[from].push(before);
      near[from].splice(near[from].indexOf(to), 1);
      near[to].splice(near[to].indexOf(from), 1);
      bends.set(from + " " + to, way);
    }
  }
  let ranks = [];
  for (const node of members) (ranks[rank.get(node)] ||= []).push(node);
  ranks = ranks.filter(Boolean);
  const position = new Map();
  const note = (list) => list.forEach((node, index) => position.set(node, index / Math.max(1, list.length - 1)));
  ranks.forEach(note);
  for (let sweep = 0; sweep < 10; sweep++) {
    const list = sweep % 2 ? [...ranks].reverse() : ranks;
    for (const nodes of list) {
      const mean = new Map(nodes.map((node) => {
        const others = near[node];
        return [node, others.reduce((sum, other) => sum + position.get(other), 0) / others.length];
      }));
      nodes.sort((one, other) => mean.get(one) - mean.get(other) || one - other);
      note(nodes);
    }
  }
  // A rank that is far too high is cut into several columns.
  const limit = Math.max(1400, Math.sqrt(members.length) * 260);
  const columns = [];
  for (const nodes of ranks) {
    let column = [], height = 0;
    for (const node of nodes) {
      if (column.length && height + tables[node].h > limit) {
        columns.push(column);
        column = [];
        height = 0;
      }
      column.push(node);
      height += tables[node].h + BOX.gapY;
    }
    columns.push(column);
  }
  let x = 0;
  for (const column of columns) {
    let y = 0;
    for (const node of column) {
      tables[node].x = x;
      tables[node].y = y;
      y += tables[node].h + BOX.gapY;
    }
    const wide = Math.max(...column.map((node) => tables[node].w));
    for (const node of column) tables[node].room = wide;
    x += wide + BOX.gapX;
  }
  const middle = (node) => tables[node].y + tables[node].h / 2;
  for (let sweep = 0; sweep < 12; sweep++) {
    for (const column of sweep % 2 ? [...columns].reverse() : columns) settle(tables, column, near, middle);
  }
  return bounds(tables, members);
}

/** Moves the tables of a column towards what they are linked with, without overlaps. */
function settle(tables, column, near, middle) {
  const wanted = column.map((node) => {
    const others = near[node];
    const mean = others.reduce((sum, other) => sum + middle(other), 0) / others.length;
    return mean - tables[node].h / 2;
  });
  // Tables that push each other form a block, which stands where the mean of its members wants to stand.
  const blocks = [];
  column.forEach((node, index) => {
    let block = { nodes: [node], height: tables[node].h, sum: wanted[index], count: 1 };
    block.top = block.sum;
    while (blocks.length) {
      const before = blocks[blocks.length - 1];
      if (before.top + before.height + BOX.gapY <= block.top) break;
      blocks.pop();
      const shift = before.height + BOX.gapY;
      block = {
        nodes: before.nodes.concat(block.nodes),
        height: shift + block.height,
        sum: before.sum + block.sum - block.count * shift,
        count: before.count + block.count,
      };
      block.top = block.sum / block.count;
    }
    blocks.push(block);
  });
  for (const block of blocks) {
    let y = block.top;
    for (const node of block.nodes) {
      tables[node].y = y;
      y += tables[node].h + BOX.gapY;
    }
  }
}

/** Tables without links, side by side. */
function grid(tables, members) {
  const across = Math.max(1, Math.ceil(Math.sqrt(members.length * 0.7)));
  const wide = Math.max(...members.map((node) => tables[node].w));
  let y = 0, tall = 0;
  members.forEach((node, index) => {
    if (index && index % across === 0) {
      y += tall + BOX.gapY;
      tall = 0;
    }
    tables[node].x = (index % across) * (wide + BOX.gapY);
    tables[node].y = y;
    tall = Math.max(tall, tables[node].h);
  });
  return bounds(tables, members);
}

function bounds(tables, members) {
  const box = { members, left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  for (const node of members) {
    const { x, y, w, h } = tables[node];
    box.left = Math.min(box.left, x);
    box.top = Math.min(box.top, y);
    box.right = Math.max(box.right, x + w);
    box.bottom = Math.max(box.bottom, y + h);
  }
  box.w = box.right - box.left;
  box.h = box.bottom - box.top;
  return box;
}

/** Puts groups on shelves, the highest first. */
function packed(tables, blocks) {
  blocks.sort((one, other) => other.h - one.h || other.w - one.w);
  const area = blocks.reduce((sum, block) => sum + (block.w + 60) * (block.h + 60), 0);
  const room = Math.max(Math.sqrt(area * 1.9), ...blocks.map((block) => block.w));
  let x = 0, y = 0, shelf = 0, right = 0;
  for (const block of blocks) {
    if (x > 0 && x + block.w > room) {
      x = 0;
      y += shelf + 60;
      shelf = 0;
    }
    for (const node of block.members) {
      tables[node].x = Math.round(tables[node].x - block.left + x);
      tables[node].y = Math.round(tables[node].y - block.top + y);
    }
    x += block.w + 60;
    right = Math.max(right, x - 60);
    shelf = Math.max(shelf, block.h);
  }
  return { w: right, h: y + shelf };
}

/** One table as a group of shapes. */
function drawTable(table) {
  const font = fonts();
  const { x, y, w, h } = table;
  const parts = [
    element("svg:title", null, table.label || table.title),
    element("svg:rect", { class: "box", x, y, width: w, height: h, rx: 5 }),
    element("svg:path", { class: "bar", d: table.h > BOX.bar
      ? `M${x + 0.5} ${y + BOX.bar}v${5.5 - BOX.bar}a5 5 0 0 1 5 -5h${w - 11}a5 5 0 0 1 5 5v${BOX.bar - 5.5}z`
      : `M${x + 5.5} ${y + 0.5}h${w - 11}a5 5 0 0 1 5 5v${h - 11}a5 5 0 0 1 -5 5h${11 - w}a5 5 0 0 1 -5 -5v${11 - h}a5 5 0 0 1 5 -5z` }),
  ];
  let left = x + BOX.pad;
  if (table.mark) {
    parts.push(element("svg:text", { class: "sign " + table.mark, x: left, y: y + 18 }, MARKS[table.mark]));
    left += 16;
  }
  parts.push(element("svg:text", { class: "title", x: left, y: y + 18 }, fitted(table.title, x + w - BOX.pad - left, font.title)));
  table.fields.forEach((field, index) => {
    const base = y + BOX.bar + index * BOX.row + 17;
    if (field.mark) {
      parts.push(element("svg:rect", { class: "wash " + field.mark, x: x + 1, y: base - 13.5, width: w - 2, height: BOX.row }));
      parts.push(element("svg:text", { class: "sign " + field.mark, x: x + 5, y: base }, MARKS[field.mark]));
    } else if (field.key) {
      parts.push(element("svg:circle", { cx: x + 8.5, cy: base - 4, r: 2.4, fill: "var(--altered)" }));
    }
    const room = w - 2 * BOX.pad - 8;
    const kind = fitted(field.kind || "", room * 0.55, font.kind);
    const name = fitted(field.label || field.name, room - (kind ? width(kind, font.kind) + 8 : 0), font.field);
    parts.push(element("svg:text", { class: "field " + (field.mark || ""), x: x + BOX.pad + 6, y: base }, name));
    if (kind) parts.push(element("svg:text", { class: "kind", x: x + w - BOX.pad, y: base }, kind));
  });
  if (table.left) {
    const base = y + BOX.bar + table.fields.length * BOX.row + 17;
    parts.push(element("svg:text", { class: "more-fields", x: x + BOX.pad + 6, y: base }, `${table.left} more`));
  }
  const classes = [table.mark, table.focus && "focus"].filter(Boolean).join(" ");
  const group = table.href
    ? element("svg:a", { href: table.href, class: classes, "data-table": table.id, "aria-label": table.label || table.title }, parts)
    : element("svg:g", { class: classes, "data-table": table.id }, parts);
  return group;
}

/** Where a link meets a table: the height of its field, else of the title. */
function height(table, name) {
  const index = table.fields.findIndex((field) => field.name === name);
  return index < 0 ? table.y + Math.min(13.5, table.h / 2) : table.y + BOX.bar + index * BOX.row + 13;
}

/** A link from the referring table, with the foot of a crow, to the referred one. */
function drawLink(link, from, to) {
  const y1 = height(from, link.fromField), y2 = height(to, link.toField);
  const foot = BOX.foot;
  let x1, x2, out, into;
  if (from === to) {
    [x1, x2, out, into] = [from.x + from.w, from.x + from.w, 1, 1];
  } else if (from.x >= to.x + to.w) {
    [x1, x2, out, into] = [from.x, to.x + to.w, -1, 1];
  } else if (to.x >= from.x + from.w) {
    [x1, x2, out, into] = [from.x + from.w, to.x, 1, -1];
  } else {
    [x1, x2, out, into] = [from.x + from.w, to.x + to.w, 1, 1];
  }
  const [start, end] = [x1 + out * foot * 1.4, x2 + into * foot * 1.4];
  let d = `M${x1} ${y1}H${start}`, [x, y] = [start, y1];
  const curve = (nextX, nextY) => {
    const bend = Math.max(out === into ? 34 : 12, Math.min(120, Math.abs(nextX - x) / 2));
    d += `C${x + out * bend} ${y} ${nextX + into * bend} ${nextY} ${nextX} ${nextY}`;
    [x, y] = [nextX, nextY];
  };
  // A way past the tables between: straight through the rank, bent in the gaps.
  for (const point of out === -into ? link.way || [] : []) {
    const [near, far] = out < 0 ? [point.x + point.w, point.x] : [point.x, point.x + point.w];
    curve(near, point.y);
    d += `H${far}`;
    x = far;
  }
  curve(end, y2);
  const parts = [element("svg:path", { class: "link " + (link.mark || ""), d: d + `H${x2}` })];
  const feet = link.once
    ? `M${x1 + out * foot} ${y1 - 4.5}v9`
    : `M${x1} ${y1 - 4.5}l${out * foot * 1.4} 4.5l${-out * foot * 1.4} 4.5`;
  parts.push(element("svg:path", { class: "foot", d: feet }));
  parts.push(link.optional
    ? element("svg:circle", { class: "ring", cx: x2 + into * foot * 1.2, cy: y2, r: 3 })
    : element("svg:path", { class: "foot", d: `M${x2 + into * foot} ${y2 - 4.5}v9` }));
  return element("svg:g", { class: link.mark || "", "data-from": link.from, "data-to": link.to }, element("svg:title", null, link.label || ""), parts);
}

/** A diagram of tables and links. `height` is its height on the page; `wheel` lets the wheel zoom without a key. */
function diagram({ tables, links, label, height: tall, wheel, tools }) {
  measure(tables);
  const size = layOut(tables, links);
  const margin = 24;
  const whole = { x: -margin, y: -margin, w: size.w + 2 * margin, h: size.h + 2 * margin };
  const byId = new Map(tables.map((table) => [table.id, table]));
  const drawn = links.filter((link) => byId.has(link.from) && byId.has(link.to))
    .map((link) => drawLink(link, byId.get(link.from), byId.get(link.to)));
  const lines = element("svg:g", null, drawn);
  const boxes = element("svg:g", null, tables.map(drawTable));
  const svg = element("svg:svg", { role: "group", tabindex: 0, "aria-label": label }, lines, boxes);
  let view = { ...whole };
  const show = () => svg.setAttribute("viewBox", `${view.x} ${view.y} ${view.w} ${view.h}`);
  const fit = () => {
    // Small diagrams are not blown up.
    const box = svg.getBoundingClientRect();
    view = { ...whole };
    if (box.width) {
      // The tools have a strip of their own above.
      const strip = 36, scale = Math.max(whole.w / box.width, whole.h / (box.height - strip), 1 / 1.15);
      const w = box.width * scale, h = box.height * scale;
      view = { x: whole.x - (w - whole.w) / 2, y: whole.y - strip * scale - (h - strip * scale - whole.h) / 2, w, h };
    }
    show();
  };
  const zoom = (factor, x, y) => {
    const box = svg.getBoundingClientRect();
    const scale = Math.max(view.w / box.width, view.h / box.height) || 1;
    const next = scale * factor;
    if (next < 0.2 || next > 60) return;
    const px = x === undefined ? view.x + view.w / 2 : x, py = y === undefined ? view.y + view.h / 2 : y;
    view = { x: px - (px - view.x) * factor, y: py - (py - view.y) * factor, w: view.w * factor, h: view.h * factor };
    show();
  };
  const point = (event) => {
    const matrix = svg.getScreenCTM();
    return matrix ? new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse()) : { x: 0, y: 0 };
  };
  const move = (x, y) => {
    view = { ...view, x: view.x + x, y: view.y + y };
    show();
  };
  let grip = null, dragged = false;
  svg.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    grip = { at: point(event), id: event.pointerId };
    dragged = false;
  });
  svg.addEventListener("pointermove", (event) => {
    if (!grip) return;
    const now = point(event);
    if (!dragged && Math.hypot(now.x - grip.at.x, now.y - grip.at.y) < 4) return;
    if (!dragged) svg.setPointerCapture(grip.id);
    dragged = true;
    move(grip.at.x - now.x, grip.at.y - now.y);
  });
  const release = () => { grip = null; };
  svg.addEventListener("pointerup", release);
  svg.addEventListener("pointercancel", release);
  svg.addEventListener("click", (event) => { if (dragged) event.preventDefault(); }, true);
  svg.addEventListener("dragstart", (event) => event.preventDefault());
  svg.addEventListener("wheel", (event) => {
    if (!wheel && !event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const { x, y } = point(event);
    zoom(Math.exp(Math.max(-60, Math.min(60, event.deltaY)) / 260), x, y);
  }, { passive: false });
  svg.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const step = view.w / 12;
    const act = {
      ArrowLeft: () => move(-step, 0), ArrowRight: () => move(step, 0),
      ArrowUp: () => move(0, -step), ArrowDown: () => move(0, step),
      "+": () => zoom(0.8), "=": () => zoom(0.8), "-": () => zoom(1.25), 0: fit,
    }[event.key];
    if (!act || event.target !== svg) return;
    event.preventDefault();
    act();
  });
  // The links of a table are told apart while it is pointed at.
  const light = (event, on) => {
    const box = event.target.closest?.("[data-table]");
    if (!box) return;
    for (const line of drawn) {
      const is = on && (line.dataset.from === box.dataset.table || line.dataset.to === box.dataset.table);
      line.querySelector(".link").classList.toggle("lit", Boolean(is));
    }
  };
  for (const [name, on] of [["pointerover", true], ["pointerout", false], ["focusin", true], ["focusout", false]]) {
    boxes.addEventListener(name, (event) => light(event, on));
  }
  const tool = (text, name, act) => element("button", { type: "button", "aria-label": name, title: name, click: act }, text);
  const holder = element("div", { class: "diagram", style: `--height: ${tall}` }, svg,
    element("div", { class: "tools" }, tools || null,
      tool("−", "Zoom out", () => zoom(1.25)), tool("+", "Zoom in", () => zoom(0.8)), tool("Fit", "Show all of it", fit)));
  show();
  requestAnimationFrame(fit);
  holder.fit = fit;
  return holder;
}
addEventListener("beforeprint", () => document.querySelectorAll(".diagram").forEach((holder) => holder.fit?.()));
