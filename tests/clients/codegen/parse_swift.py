"""Names the places of Swift files that can't be parsed."""

import pathlib
import sys

import tree_sitter
import tree_sitter_swift

parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_swift.language()))
is_wrong = False
for path in sys.argv[1:]:
    nodes = [parser.parse(pathlib.Path(path).read_bytes()).root_node]
    while nodes:
        node = nodes.pop()
        if node.type == "ERROR" or node.is_missing:
            is_wrong = True
            print(f"{path}:{node.start_point[0] + 1}:{node.start_point[1] + 1}: can't be parsed")
        elif node.has_error:
            nodes.extend(node.children)
sys.exit(1 if is_wrong else 0)
