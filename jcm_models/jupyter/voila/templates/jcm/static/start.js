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
})();
