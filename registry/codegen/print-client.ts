import { printGo } from "./languages/go.js";
import { printJava } from "./languages/java.js";
import { printKotlin } from "./languages/kotlin.js";
import type { PrintOptions } from "./languages/print-options.js";
import { printPython } from "./languages/python.js";
import { printSwift } from "./languages/swift.js";
import { printTypescript } from "./languages/typescript.js";
import type { EventModel, PrintedFile } from "./model.js";

type Printer = (models: readonly EventModel[], options: PrintOptions) => PrintedFile[];

const printers = {
  go: printGo,
  java: printJava,
  kotlin: printKotlin,
  python: printPython,
  swift: printSwift,
  typescript: printTypescript,
} satisfies Record<string, Printer>;

/** A language that clients are printed in. */
export type Language = keyof typeof printers;

/** All of them, by name. */
export const languages = Object.keys(printers).sort() as readonly Language[];

/** The package of Go's, Java's and Kotlin's clients where none is said. */
export const packageByDefault: Readonly<Record<Language, string>> = {
  go: "events",
  java: "tideline.events",
  kotlin: "tideline.events",
  python: "",
  swift: "",
  typescript: "",
};

/** Whether a name can be the package of a language. */
export function isPackageName(language: Language, name: string): boolean {
  return (language === "go" ? /^[a-z][a-z0-9_]*$/ : /^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$/).test(name);
}

/**
 * The files of a typed client, by path. The same models give the same bytes: nothing of the time, the machine or the
 * order in which they came is in them.
 */
export function printClient(
  language: Language,
  models: readonly EventModel[],
  packageName = packageByDefault[language],
): readonly PrintedFile[] {
  const print: Printer = printers[language];
  return print(models, { packageName }).sort((one, other) => (one.path < other.path ? -1 : 1));
}
