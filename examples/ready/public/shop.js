document.forms.pay?.addEventListener("submit", () => fetch("/api/orders", { method: "POST" }));
