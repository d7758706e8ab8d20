  // Stock sliders and lists have no accessible name: give each the words that stand above it.
  function nameControls() {
    document.querySelectorAll(".jcm-input").forEach(function (box) {
      const label = box.querySelector(".jcm-label");
      if (!label) return;
      box.querySelectorAll(".noUi-handle, select, [contenteditable=true]").forEach(function (control) {
        if (control.getAttribute("aria-label") !== label.textContent) {
          control.setAttribute("aria-label", label.textContent);
        }
      });
    });
  }
  new MutationObserver(nameControls).observe(document.documentElement, { childList: true, subtree: true });
