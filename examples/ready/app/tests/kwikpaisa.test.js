// Tests speak to the sandbox, and that is where it belongs.
process.env.KWIKPAISA_URL = "https://sandbox.kwikpaisa.com";
