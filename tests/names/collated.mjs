// Writes collated.txt: invented names as Intl.Collator sorts them, word by word: given name, family name, the rest.
import { readFileSync, writeFileSync } from "node:fs";

const words = new Intl.Collator("vi");
const placed = (name) => { const all = name.split(" "); return [all.pop(), ...all]; };
const compare = (one, other) => {
  const [a, b] = [placed(one), placed(other)];
  for (let at = 0; at < Math.min(a.length, b.length); at++) {
    const by = words.compare(a[at], b[at]);
    if (by) return by;
  }
  return a.length - b.length;
};
const file = new URL("collated.txt", import.meta.url);
const names = [...new Set(readFileSync(process.argv[2] ?? file, "utf8").trim().split("\n"))];
writeFileSync(file, names.sort(compare).join("\n") + "\n");
