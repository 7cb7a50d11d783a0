/** How long a button says that it has copied. */
const THANKS_MS = 2_000;

/** Makes a button copy what `text` returns; it says for a moment how that went. */
export function copyOnClick(button: HTMLButtonElement, text: () => string): void {
  const label = button.textContent;
  let timer: number | undefined;
  button.addEventListener("click", async () => {
    clearTimeout(timer);
    try {
      await navigator.clipboard.writeText(text());
      button.textContent = "Copied";
    } catch {
      // Browsers refuse it to pages that are not served securely; the text can still be selected.
      button.textContent = "Copy it by hand";
    }
    timer = window.setTimeout(() => {
      button.textContent = label;
    }, THANKS_MS);
  });
}
