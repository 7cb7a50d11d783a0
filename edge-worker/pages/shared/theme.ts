import type { Theme } from "../stage/colour.ts";

const STORED = "archipelago-theme";

/**
 * Lets a button change between light and dark, the system's preference counting until somebody has pressed it.
 * The style sheets follow `data-theme` of the root element.
 *
 * @returns the theme to begin with; `onChange` is told every later one
 */
export function followTheme(button: HTMLButtonElement, onChange: (theme: Theme) => void): Theme {
  const system = matchMedia("(prefers-color-scheme: dark)");
  let chosen = readChoice();
  const current = (): Theme => chosen ?? (system.matches ? "dark" : "light");
  const apply = () => {
    const theme = current();
    document.documentElement.dataset.theme = theme;
    button.setAttribute("aria-pressed", String(theme === "dark"));
    return theme;
  };
  button.addEventListener("click", () => {
    chosen = current() === "dark" ? "light" : "dark";
    writeChoice(chosen);
    onChange(apply());
  });
  system.addEventListener("change", () => {
    if (!chosen) onChange(apply());
  });
  return apply();
}

function readChoice(): Theme | undefined {
  try {
    const stored = localStorage.getItem(STORED);
    return stored === "light" || stored === "dark" ? stored : undefined;
  } catch {
    // A browser may forbid it; the system's preference is then all there is.
    return undefined;
  }
}

function writeChoice(theme: Theme): void {
  try {
    localStorage.setItem(STORED, theme);
  } catch {
    // Chosen for this visit only.
  }
}
