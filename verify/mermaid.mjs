// Parses Mermaid flowcharts with Mermaid itself, and prints of each how many nodes and edges it has. Mermaid looks for a
// document before it reads anything; jsdom has one.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [tools, ...files] = process.argv.slice(2);
const load = (name) => import(pathToFileURL(createRequire(`${tools}/`).resolve(name)));
const { window } = new (await load("jsdom")).JSDOM("");
Object.assign(globalThis, { window, document: window.document });
const { default: mermaid } = await load("mermaid");
for (const file of files) {
    const text = readFileSync(file, "utf8");
    await mermaid.parse(text); // only now it knows the kinds of diagrams
    const { db } = await mermaid.mermaidAPI.getDiagramFromText(text);
    console.log(db.getVertices().size, db.getEdges().length);
}
