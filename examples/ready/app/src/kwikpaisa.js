// Calls to KwikPaisa. Address and keys come from the environment.
const crypto = require("crypto");

const base = process.env.KWIKPAISA_URL;
const secret = process.env.KWIKPAISA_SECRET_KEY;

function sign(payload, timestamp) {
  return crypto.createHmac("sha256", secret).update(payload + timestamp).digest("hex");
}

async function call(path, payload) {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const headers = {
    "Content-Type": "application/json",
    Accept: "application/json",
    "X-API-KEY": process.env.KWIKPAISA_API_KEY,
    "X-SIGNATURE": sign(payload, timestamp),
    "X-TIMESTAMP": timestamp,
  };
  return fetch(base + path, { method: "POST", headers, body: payload });
}

module.exports = { call, sign };
