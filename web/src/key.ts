const storageName = "tideline.key";

/**
 * The API key of this tab: from the address's fragment (`#key=...`, which browsers never send to a server), else as it
 * was given before. The fragment is taken off the address at once, so that it is not copied with it.
 */
export function takeKey(): string {
  const given = new URLSearchParams(location.hash.slice(1)).get("key");
  if (given !== null && given !== "") {
    history.replaceState(null, "", location.pathname + location.search);
    keepKey(given);
    return given;
  }
  return sessionStorage.getItem(storageName) ?? "";
}

/** Keeps a key for as long as the tab is open. */
export function keepKey(key: string): void {
  sessionStorage.setItem(storageName, key);
}

export function forgetKey(): void {
  sessionStorage.removeItem(storageName);
}
