// Before anything is drawn: light or dark as the visitor chose, and the language of the first words.
(function () {
  "use strict";
  const page = document.documentElement;
  let theme = null;
  try {
    theme = localStorage.getItem("jcm-theme");
  } catch (error) {
    // A browser may forbid it; the system's choice holds then.
  }
  if (theme === "light" || theme === "dark") page.dataset.jpThemeLight = String(theme === "light");
  const asked = new URLSearchParams(location.search).get("lang") || navigator.language || "en";
  page.lang = asked.startsWith("ja") ? "ja" : "en";

  // On a telephone inputs are folded, so that what follows from them is not far below.
  if (matchMedia("(min-width: 64rem)").matches) return;
  const folding = new MutationObserver(function () {
    for (const inputs of document.querySelectorAll(".jcm-values[open]:not([data-touched])")) {
      inputs.open = false;
      inputs.dataset.touched = ""; // it stays so until the visitor unfolds it
    }
  });
  folding.observe(page, { childList: true, subtree: true });
  document.addEventListener("DOMContentLoaded", () => folding.disconnect());
})();
