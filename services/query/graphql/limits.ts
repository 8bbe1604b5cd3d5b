import {
  type ASTVisitor,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type SelectionSetNode,
  type ValidationContext,
} from "graphql";

/** What a document may be. */
export const documentLimits = {
  /** Names, signs and values. */
  tokens: 5_000,
  /** Fields, each fragment counted wherever it is spread. */
  fields: 1_000,
  /** Fields below one another. Introspection as tools ask it has 13. */
  depth: 25,
  /** Questions at once. */
  questions: 10,
} as const;

interface Size {
  readonly fields: number;
  readonly depth: number;
}

const nothing: Size = { fields: 0, depth: 0 };

/** A rule of validation: refuses operations that are too deep, too wide or ask too much at once. */
export function withinLimits(context: ValidationContext): ASTVisitor {
  const sizes = new Map<string, Size>();
  const { depth, fields, questions } = documentLimits;
  return {
    OperationDefinition(node) {
      const size = sizeOf(node.selectionSet, context, sizes);
      const asked = rootFields(node.selectionSet, context, new Set());
      const over = [
        ...(size.depth > depth ? [`is ${size.depth} deep, at most ${depth}`] : []),
        ...(size.fields > fields ? [`has ${size.fields} fields, at most ${fields}`] : []),
        ...(asked > questions ? [`asks ${asked} questions at once, at most ${questions}`] : []),
      ];
      for (const text of over)
        context.reportError(new GraphQLError(`the operation ${text}`, { nodes: [node] }));
    },
  };
}

/** Each fragment is measured once, so that fragments which double one another cost no more than their own length. */
function sizeOf(set: SelectionSetNode, context: ValidationContext, sizes: Map<string, Size>): Size {
  let [fields, depth] = [0, 0];
  for (const selection of set.selections) {
    const inner = innerSize();
    const own = selection.kind === Kind.FIELD ? 1 : 0;
    fields = Math.min(Number.MAX_SAFE_INTEGER, fields + own + inner.fields);
    depth = Math.max(depth, own + inner.depth);

    function innerSize(): Size {
      if (selection.kind === Kind.FRAGMENT_SPREAD)
        return fragmentSize(context.getFragment(selection.name.value), context, sizes);
      return selection.selectionSet === undefined ? nothing : sizeOf(selection.selectionSet, context, sizes);
    }
  }
  return { fields, depth };
}

function fragmentSize(
  fragment: FragmentDefinitionNode | null | undefined,
  context: ValidationContext,
  sizes: Map<string, Size>,
): Size {
  if (fragment === null || fragment === undefined) return nothing;
  const { value } = fragment.name;
  const known = sizes.get(value);
  if (known !== undefined) return known;
  // One that holds itself is refused by another rule; here it must only come to an end.
  sizes.set(value, nothing);
  const size = sizeOf(fragment.selectionSet, context, sizes);
  sizes.set(value, size);
  return size;
}

function rootFields(set: SelectionSetNode, context: ValidationContext, seen: Set<string>): number {
  let count = 0;
  for (const selection of set.selections) {
    if (selection.kind === Kind.FIELD) {
      if (!selection.name.value.startsWith("__")) count += 1;
    } else if (selection.kind === Kind.INLINE_FRAGMENT) {
      count += rootFields(selection.selectionSet, context, seen);
    } else if (!seen.has(selection.name.value)) {
      seen.add(selection.name.value);
      const fragment = context.getFragment(selection.name.value);
      if (fragment) count += rootFields(fragment.selectionSet, context, seen);
    }
  }
  return count;
}
