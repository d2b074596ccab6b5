// Read an AsyncAPI document with the parser of its makers; print what they find wrong with it.
import { readFileSync } from "node:fs";
import { Parser } from "@asyncapi/parser";

const { document, diagnostics } = await new Parser().parse(readFileSync(process.argv[2], "utf8"));
const messages = document ? document.allMessages().all() : [];
const told = {
  diagnostics: diagnostics.map((one) => ({ severity: one.severity, code: one.code, message: one.message })),
  messages: messages.map((one) => ({
    name: one.name(),
    examples: one.examples().all().length,
    payload: one.payload().json(),
  })),
};
process.stdout.write(JSON.stringify(told));
