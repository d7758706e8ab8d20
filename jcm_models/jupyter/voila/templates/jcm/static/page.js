// Keeps the page in step with its kernel: sends what a visitor sets, one message at a time and only the
// newest values, and shows what comes back.
(function () {
  "use strict";

  const RETRIES = 6;
  const PATIENCE = 150; // [ms] before the page says that it computes
  const LONGER = 600; // [ms] likewise, where only what is not seen is drawn
  const LARGEST_FILE = 200000;
  const EDGE = 120; // [px]
  const REST = 300; // [ms] without a change, until what is not seen is drawn
  const MOVED = new Set(["controls", "first", "second"]); // sections
  const page = document.documentElement;
  const kernel = document.querySelector("[data-kernel]")?.dataset.kernel;
  const base = document.body.dataset.baseUrl;
  const session = crypto.randomUUID ? crypto.randomUUID() : String(Math.random()).slice(2);
  const comm = session + "-page";

  let socket = null;
  let retries = 0;
  let words = {};
  let waiting = new Map(); // newest values that are not sent yet
  let wishes = []; // other messages that are not sent yet
  let more = false; // whether the kernel has sections to draw that are not seen
  let pause = 0; // [ms] until they are asked for
  let resting = 0; // the timer of that
  let number = 0;
  let inFlight = false;
  let slow = 0;

  // ---- to and from the kernel

  function send(type, content) {
    socket.send(JSON.stringify({
      header: { msg_id: session + "-" + ++number, msg_type: type, session, username: "", date: new Date().toISOString(), version: "5.3" },
      parent_header: {}, metadata: {}, content, channel: "shell", buffers: [],
    }));
  }

  function connect() {
    const address = new URL(base + "api/kernels/" + kernel + "/channels", location.href);
    address.protocol = address.protocol.replace("http", "ws");
    address.search = "session_id=" + session;
    socket = new WebSocket(address);
    socket.onopen = function () {
      retries = 0;
      send("comm_open", { comm_id: comm, target_name: "jcm.page", data: {} });
      inFlight = false;
      if (!wishes.some((wish) => wish.rest)) wishes.unshift({ rest: true });
      pump();
    };
    socket.onmessage = (event) => hear(JSON.parse(event.data));
    socket.onclose = function (event) {
      if (event.code >= 4001) return end();
      if (++retries > RETRIES) return end();
      say(words.reconnecting);
      setTimeout(connect, 300 * 2 ** retries);
    };
  }

  function hear(message) {
    const type = message.header && message.header.msg_type;
    if (type === "status" && ["restarting", "dead"].includes(message.content.execution_state)) return end();
    if (type !== "comm_msg" || message.content.comm_id !== comm) return;
    inFlight = false;
    show(message.content.data);
    quiet();
    pump();
  }

  function pump() {
    if (inFlight || !socket || socket.readyState !== WebSocket.OPEN) return;
    let wish = null;
    if (waiting.size) {
      wish = { changes: Array.from(waiting), seen: seen(), look: look() };
      waiting = new Map();
    } else if (wishes.length) {
      wish = wishes.shift();
    } else if (more) {
      if (!resting) resting = setTimeout(askForRest, pause);
      return;
    } else {
      page.dataset.settled = "true";
      return;
    }
    inFlight = true;
    clearTimeout(resting);
    resting = 0;
    pause = wish.changes ? REST : 0;
    page.dataset.settled = "false";
    slow = setTimeout(busy, wish.rest ? LONGER : PATIENCE);
    send("comm_msg", { comm_id: comm, data: Object.assign({ number }, wish) });
  }

  // What is seen comes first: the kernel is not kept busy with the rest while something is moved, and
  // what has come is painted before.
  function askForRest() {
    clearTimeout(resting);
    resting = 0;
    if (!more) return;
    wishes.push({ rest: true });
    more = false;
    pump();
  }

  document.addEventListener("scroll", askForRest, { passive: true, capture: true });

  // ---- what the page says

  function show(said) {
    for (const [name, html] of Object.entries(said.sections || {})) {
      const part = document.querySelector('[data-section="' + CSS.escape(name) + '"]');
      if (part) window.jcmMorph(part, html);
    }
    if (said.sections?.bar && page.dataset.state === "starting") findTab();
    if (said.words) words = said.words;
    // Setting the same language again would have the style of the whole page worked out anew.
    if (said.language && page.lang !== said.language) page.lang = said.language;
    if (said.title) document.title = said.title + " – " + words.workbench;
    if (said.link) history.replaceState(null, "", said.link);
    if (said.download) save(said.download);
    if (said.said) say(said.said.join(" "));
    more = Boolean(said.more);
    if (page.dataset.state === "starting" || page.dataset.state === "lost") page.dataset.state = "ready";
  }

  // On a telephone not all apps fit into the bar; the one that is open shall be in sight.
  function findTab() {
    const tab = document.querySelector(".jcm-apps [aria-current]");
    const list = tab?.closest("ul");
    if (!list) return;
    const [here, all] = [tab, list].map((part) => part.getBoundingClientRect());
    list.scrollLeft += here.left - all.left - (all.width - here.width) / 2;
  }

  function busy() {
    page.dataset.state = "computing";
    document.querySelector("main").setAttribute("aria-busy", "true");
    const state = document.querySelector("[data-computing]");
    state.textContent = words.computing || "…";
    state.hidden = false;
  }

  function quiet() {
    clearTimeout(slow);
    if (page.dataset.state === "computing") page.dataset.state = "ready";
    document.querySelector("main").removeAttribute("aria-busy");
    document.querySelector("[data-computing]").hidden = true;
  }

  function say(text) {
    const heard = document.querySelector("[data-heard]");
    if (heard && text) heard.textContent = text;
  }

  function end() {
    if (page.dataset.state === "ended") return;
    inFlight = true; // nothing is sent any more
    page.dataset.settled = "true";
    quiet();
    page.dataset.state = "ended";
    const ended = document.querySelector("[data-ended]");
    const again = document.createElement("button");
    again.type = "button";
    again.className = "jcm-button";
    again.textContent = words.again || "Start again";
    again.onclick = () => location.reload();
    ended.replaceChildren(words.ended || "This session has ended. ", " ", again);
    ended.hidden = false;
  }

  // ---- what a visitor does

  // The sections of which more than an edge is on the screen.
  function seen() {
    const parts = Array.from(document.querySelectorAll("main [data-section]"));
    return parts.filter(function (part) {
      const box = part.getBoundingClientRect();
      const shown = Math.min(box.bottom, innerHeight) - Math.max(box.top, 0);
      return shown > Math.min(EDGE, box.height / 3);
    }).map((part) => part.dataset.section);
  }

  // Which of the two drawings of every figure is on the screen; nothing where that differs.
  function look() {
    const shown = ["wide", "narrow"].filter(function (name) {
      const drawings = Array.from(document.querySelectorAll("main .jcm-figure .jcm-" + name));
      return drawings.some((drawing) => drawing.getBoundingClientRect().width > 0);
    });
    return shown.length === 1 ? shown[0] : "";
  }

  function set(key, value) {
    page.dataset.settled = "false";
    waiting.delete(key);
    waiting.set(key, value);
    pump();
  }

  function twins(control) {
    const own = Array.from(document.querySelectorAll("[data-key]"));
    return own.filter((other) => other !== control && other.dataset.key === control.dataset.key);
  }

  // The number beside a slider follows at once, in the digits that a person reads.
  function follow(slider) {
    const scale = Number(slider.dataset.scale || 1);
    const digits = Math.max(0, (slider.step.split(".")[1] || "").length - Math.round(Math.log10(scale)));
    for (const twin of twins(slider)) {
      if (twin.type === "text") twin.value = (Number(slider.value) * scale).toFixed(digits);
    }
  }

  function moved(control) {
    const key = control.dataset.key;
    if (control.dataset.end) {
      const ends = [control, ...twins(control)].map((end) => Number(end.value));
      set(key, [Math.min(...ends), Math.max(...ends)]);
    } else if (control.type === "range") {
      follow(control);
      set(key, Number(control.value));
    } else {
      set(key, control.value);
    }
  }

  // On a telephone the outcome stays in sight while something is moved.
  function mind(event) {
    const part = event.target.closest?.("[data-section]");
    const moving = event.type === "focusin" && event.target.matches("input, select") && MOVED.has(part?.dataset.section);
    document.querySelector(".jcm-below").toggleAttribute("data-moving", moving);
  }
  document.addEventListener("focusin", mind);
  document.addEventListener("focusout", mind);

  document.addEventListener("input", function (event) {
    if (event.target.type === "range" && event.target.dataset.key) moved(event.target);
  });

  document.addEventListener("change", function (event) {
    const control = event.target;
    if (control.dataset.upload !== undefined) bring(control);
    else if (control.dataset.key && control.type !== "range") moved(control);
  });

  document.addEventListener("click", function (event) {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.download) {
      wishes.push({ download: button.dataset.download });
      say(words.preparing);
      button.closest("details.jcm-menu")?.removeAttribute("open");
      pump();
    } else if (button.dataset.copyLink !== undefined) {
      copy(button);
    } else if (button.dataset.themeSwitch !== undefined) {
      turn();
    } else if (button.dataset.key) {
      set(button.dataset.key, button.dataset.value || null);
    }
  });

  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape") document.querySelector("details.jcm-menu[open]")?.removeAttribute("open");
    if (event.key === "Enter" && event.target.matches("input[type=text][data-key]")) moved(event.target);
  });

  function bring(control) {
    const file = control.files[0];
    if (!file) return;
    if (file.size > LARGEST_FILE) {
      say(words.too_large);
    } else {
      file.text().then((text) => set("upload", { name: file.name, text }));
    }
    control.value = "";
  }

  function save(file) {
    const bytes = Uint8Array.from(atob(file.content), (letter) => letter.charCodeAt(0));
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([bytes], { type: file.kind }));
    link.download = file.name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    say(words.saved);
  }

  function copy(button) {
    const done = () => say(button.dataset.said);
    if (navigator.clipboard) {
      navigator.clipboard.writeText(location.href).then(done, () => say(location.href));
    } else {
      say(location.href);
    }
  }

  function turn() {
    const dark = matchMedia("(prefers-color-scheme: dark)").matches;
    const light = page.dataset.jpThemeLight ? page.dataset.jpThemeLight === "true" : !dark;
    page.dataset.jpThemeLight = String(!light);
    try {
      localStorage.setItem("jcm-theme", light ? "dark" : "light");
    } catch (error) {
      // The choice then holds for this page only.
    }
  }

  if (!document.querySelector(".jcm-aside")) document.querySelector("main").classList.add("jcm-alone");
  if (kernel) {
    connect();
  } else {
    end();
  }
})();
