// Makes a part of the page say something else by changing only what differs: what has the focus keeps
// it, what is unfolded stays unfolded, and nothing flickers.
(function () {
  "use strict";

  // What a visitor has folded or unfolded stays so.
  const KEPT = new Set(["open", "data-touched"]);
  document.addEventListener("click", function (event) {
    const summary = event.target.closest("summary");
    if (summary) summary.parentElement.dataset.touched = "";
  });

  function sameKind(a, b) {
    return a.nodeType === b.nodeType && a.nodeName === b.nodeName &&
      (a.nodeType !== Node.ELEMENT_NODE || a.dataset.key === b.dataset.key);
  }

  function morphAttributes(now, then) {
    const kept = (name) => now.dataset.touched !== undefined && KEPT.has(name);
    for (const { name } of Array.from(now.attributes)) {
      if (!then.hasAttribute(name) && !kept(name)) now.removeAttribute(name);
    }
    for (const { name, value } of Array.from(then.attributes)) {
      if (!kept(name) && now.getAttribute(name) !== value) now.setAttribute(name, value);
    }
  }

  // What a visitor has under the hand or is typing is not taken away; all else follows.
  function morphValue(now, then) {
    if (now === document.activeElement && !now.dataset.follow) return;
    if (now.nodeName === "INPUT" && now.type !== "file" && now.value !== then.getAttribute("value")) {
      now.value = then.getAttribute("value");
    }
    if (now.nodeName === "SELECT") {
      const wanted = then.querySelector("option[selected]");
      if (wanted && now.value !== wanted.value) now.value = wanted.value;
    }
  }

  function morphNode(now, then) {
    if (now.nodeType !== Node.ELEMENT_NODE) {
      if (now.nodeValue !== then.nodeValue) now.nodeValue = then.nodeValue;
      return;
    }
    if (now.isEqualNode(then) && now.nodeName !== "SECTION") {
      if ("value" in now) morphValue(now, then);
      return;
    }
    morphAttributes(now, then);
    morphChildren(now, then);
    morphValue(now, then);
  }

  function morphChildren(now, then) {
    // A drawing is replaced as a whole: that is faster than looking for what moved in it.
    if (now.namespaceURI === "http://www.w3.org/2000/svg") {
      now.replaceChildren(...Array.from(then.childNodes));
      return;
    }
    const wanted = Array.from(then.childNodes);
    let here = now.firstChild;
    for (const next of wanted) {
      if (here && sameKind(here, next)) {
        const after = here.nextSibling;
        morphNode(here, next);
        here = after;
      } else if (here && here.nextSibling && sameKind(here.nextSibling, next)) {
        const gone = here;
        here = here.nextSibling.nextSibling;
        morphNode(gone.nextSibling, next);
        gone.remove();
      } else {
        now.insertBefore(next, here);
      }
    }
    while (here) {
      const after = here.nextSibling;
      here.remove();
      here = after;
    }
  }

  window.jcmMorph = function (element, html) {
    const then = document.createElement("template");
    then.innerHTML = html;
    morphChildren(element, then.content);
  };
})();
