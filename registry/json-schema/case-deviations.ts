/** Given cases whose verdict is another one here; docs/registry.md lists them. */
export const caseDeviations: readonly { readonly id: string; readonly reason: string }[] = [
  {
    id: "json-756",
    reason: "Compatible, and proved: the condition grows by a value that the property can't have.",
  },
];
