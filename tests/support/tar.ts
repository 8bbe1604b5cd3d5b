import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

/** The files of a .tar.gz by path, as text. Reads plain ustar, as the archives of the shared folder are. */
export function filesOfTar(path: string): ReadonlyMap<string, string> {
  const bytes = gunzipSync(readFileSync(path));
  const files = new Map<string, string>();
  const field = (at: number, length: number) => {
    const text = bytes.subarray(at, at + length).toString();
    return text.split("\0")[0] ?? "";
  };
  for (let at = 0; at + 512 <= bytes.length; ) {
    const name = field(at, 100);
    if (name === "") break;
    const prefix = field(at + 345, 155);
    const size = Number.parseInt(field(at + 124, 12).trim(), 8);
    const type = field(at + 156, 1);
    if (type === "0" || type === "") {
      const full = prefix === "" ? name : `${prefix}/${name}`;
      files.set(full.replace(/^\.\//, ""), bytes.subarray(at + 512, at + 512 + size).toString());
    }
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return files;
}
