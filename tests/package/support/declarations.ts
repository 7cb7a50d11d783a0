/** Reads TypeScript declarations as tsc writes them: a member or export a line, its doc comment above it. */

/** Begins a declaration that other code can see. */
const EXPORTED = /^export (?:declare )?(?:abstract )?(?:class|const|function|interface|type) (\w+)/;

/** Begins a member of a class or interface; deeper lines belong to a member's type. */
const MEMBER = /^ {4}(?:static |readonly |get |set )*(\[[\w.]+\]|\w+)\??[(<:]/;

/** What no caller can use. */
const PRIVATE = /^ {4}(?:#private|private )/;

/** The exports and members of a file of declarations, each with whether it has a doc comment. */
export function declarations(text: string): { name: string; documented: boolean }[] {
  const found: { name: string; documented: boolean }[] = [];
  let parent = "";
  let documented = false;
  for (const line of text.split("\n")) {
    const exported = EXPORTED.exec(line)?.[1];
    const member = PRIVATE.test(line) ? undefined : MEMBER.exec(line)?.[1];
    if (exported) parent = exported;
    if (exported) found.push({ name: exported, documented });
    else if (member) found.push({ name: `${parent}.${member}`, documented });
    documented = line.trimEnd().endsWith("*/");
  }
  return found;
}
