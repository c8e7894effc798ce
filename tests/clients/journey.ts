// An officer's day by the generated TypeScript client: `node journey.js ADDRESS PASSWORD`, beside the generated `api.ts`.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import createClient from "openapi-fetch";
import type { components, paths } from "./api.js";

const COMMUNE = "12145";
const PROGRAMME = "hung-yen-2016-2020";
const MERGE_PATCH = { "Content-Type": "application/merge-patch+json" };
type Problem = components["schemas"]["Problem"];
type ChildPatch = components["schemas"]["ChildPatch"];
type Answer<Data> = { data?: Data; error?: Problem; response: Response };

const [address = "", password = ""] = process.argv.slice(2);
const api = createClient<paths>({ baseUrl: address });

function told<Data>(answer: Answer<Data>, status = 200): Data {
  assert.equal(answer.response.status, status, JSON.stringify(answer.error));
  assert.ok(answer.data);
  return answer.data;
}

function refused(answer: Answer<unknown>, status: number, code: string): Problem {
  assert.ok(answer.error, "the answer is no problem");
  assert.deepEqual([answer.response.status, answer.error.status, answer.error.type], [status, status, `/problems/${code}`]);
  return answer.error;
}

async function signIn(): Promise<void> {
  const form = { grant_type: "password", username: "commune_worker", password };
  const headers = { "Content-Type": "application/x-www-form-urlencoded" };
  const signedIn = told(await api.POST("/v1/auth/token", { body: form, headers }));
  api.use({
    onRequest({ request }) {
      request.headers.set("Authorization", `Bearer ${signedIn.access_token}`);
      return request;
    },
  });
}

// The same request twice, as after a lost answer: one child.
async function register(): Promise<string> {
  const body: components["schemas"]["ChildInput"] = {
    full_name: "Đỗ Thị Lê",
    sex: "female",
    date_of_birth: "2012-05-06",
    date_of_birth_precision: "day",
    ethnicity: "Kinh",
    residence: { commune: COMMUNE, from: "2020-03-01" },
    confirm_distinct: false,
  };
  const params = { header: { "Idempotency-Key": randomUUID() } };
  const first = told(await api.POST("/v1/children", { params, body }), 201);
  const again = told(await api.POST("/v1/children", { params, body }), 201);
  assert.equal(first.id, again.id);
  const early = await api.POST("/v1/children", { body: { ...body, date_of_birth: "2100-01-01" } });
  const invalid = refused(early, 422, "date_in_future");
  assert.deepEqual(invalid.errors?.map((error) => error.pointer), ["/date_of_birth"]);
  return first.id;
}

async function search(id: string): Promise<void> {
  const query = { q: "do thi le", commune: COMMUNE };
  const found = told(await api.GET("/v1/children", { params: { query } }));
  assert.ok(found.items.some((item) => item.id === id));
}

// Every child once, by pages of seven, as many as there are.
async function page(): Promise<void> {
  const query = { commune: COMMUNE, limit: 7 };
  let part = told(await api.GET("/v1/children", { params: { query: { ...query, count: true } } }));
  const total = part.total;
  const seen = part.items.map((item) => item.id);
  while (part.next !== null) {
    part = told(await api.GET("/v1/children", { params: { query: { ...query, cursor: part.next } } }));
    seen.push(...part.items.map((item) => item.id));
  }
  assert.equal(new Set(seen).size, total);
  assert.equal(seen.length, total);
}

async function openCase(id: string): Promise<void> {
  const body = { child_id: id, kind: "support", opened_on: "2020-06-01" } as const;
  const opened = told(await api.POST("/v1/cases", { body }), 201);
  const child = told(await read(id));
  assert.deepEqual(child.open_cases?.map((found) => found.id), [opened.id]);
}

const read = (child_id: string) => api.GET("/v1/children/{child_id}", { params: { path: { child_id } } });

const patch = (child_id: string, tag: string | null, body: ChildPatch) =>
  api.PATCH("/v1/children/{child_id}", {
    params: { path: { child_id }, header: { "If-Match": tag ?? "" } },
    headers: MERGE_PATCH,
    body,
  });

// Two change what both have read: the second is told, reads again, and changes that.
async function conflict(id: string): Promise<void> {
  const before = (await read(id)).response.headers.get("etag");
  told(await patch(id, before, { full_name: "Đỗ Thị Mơ" }));
  refused(await patch(id, before, { ethnicity: null }), 412, "stale");
  const present = await read(id);
  assert.equal(told(present).ethnicity, "Kinh", "what a patch does not name stays");
  const record = told(await patch(id, present.response.headers.get("etag"), { ethnicity: null }));
  assert.deepEqual([record.ethnicity, record.full_name], [null, "Đỗ Thị Mơ"], "null takes away, and nothing else");
}

async function ask(): Promise<void> {
  const params = { path: { code: PROGRAMME }, query: { area: COMMUNE } };
  const board = told(await api.GET("/v1/programmes/{code}/scoreboard", { params }));
  assert.ok(board.items.some((figure) => figure.indicator === "special_rate"));
  assert.ok(refused(await read(randomUUID()), 404, "child_unknown").instance);
}

await signIn();
const id = await register();
await search(id);
await page();
await openCase(id);
await conflict(id);
await ask();
