/* Uploads in pieces, which go on where a lost connection left them, and the page that a bookmark sends.
   Without this script the form sends everything at once and the page is reloaded by hand. */

(() => {
  "use strict";

  const form = document.querySelector("form[data-upload]");
  const pause = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

  const ask = async (address, body, kind = "application/json") => {
    for (let attempt = 0; ; attempt += 1) {
      try {
        const answer = await fetch(address, {
          method: "POST",
          headers: { "Content-Type": kind, "X-CSRFToken": form.dataset.csrf },
          body,
        });
        if (answer.status >= 500) throw new Error(String(answer.status));
        const said = await answer.json();
        if (said.error) throw Object.assign(new Error(said.error), { final: true });
        return said;
      } catch (error) {
        if (error.final || attempt >= 8) throw error;
        await pause(Math.min(2 ** attempt, 30));
      }
    }
  };

  const upload = async () => {
    const files = [...form.querySelector("input[type='file']").files];
    const outlet = form.querySelector("[name='outlet']").value;
    const bar = form.querySelector("[data-upload-progress]");
    const label = bar.querySelector("[data-upload-label]");
    const meter = bar.querySelector("progress");
    const total = files.reduce((sum, file) => sum + file.size, 0) || 1;
    // The same files chosen again after a lost connection go on in the same run.
    const token = files.map((file) => `${file.name}:${file.size}:${file.lastModified}`).join("|");
    const digest = [...new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token)))];
    const title = files.length === 1 ? files[0].name : `${files[0].name} +${files.length - 1}`;
    bar.hidden = false;
    form.querySelector("button").disabled = true;
    try {
      const run = await ask(
        form.dataset.upload,
        JSON.stringify({ title, outlet, token: digest.map((byte) => byte.toString(16).padStart(2, "0")).join("") }),
      );
      const base = `${form.dataset.upload}${run.run}/`;
      let sent = 0;
      for (const file of files) {
        const opened = await ask(base, JSON.stringify({ name: file.webkitRelativePath || file.name, size: file.size }));
        let have = opened.received;
        while (have < file.size) {
          const piece = file.slice(have, have + run.chunk);
          const said = await ask(`${base}${opened.file}/?start=${have}`, piece, "application/octet-stream");
          have = Math.max(said.received, have + 1);
          meter.value = (sent + Math.min(have, file.size)) / total;
          label.textContent = `${file.name} · ${Math.round(meter.value * 100)} %`;
        }
        if (!file.size) await ask(`${base}${opened.file}/?start=0`, new Blob([]), "application/octet-stream");
        sent += file.size;
      }
      const begun = await ask(`${base}begin/`, "{}");
      window.location.assign(begun.url);
    } catch (error) {
      label.textContent = error.final ? error.message : form.dataset.lost;
      form.querySelector("button").disabled = false;
    }
  };

  if (form && window.fetch && window.crypto && window.crypto.subtle) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      upload();
    });
  }

  // When reading or importing has come to its end, the items below are others than before.
  const state = document.getElementById("state");
  if (state && state.dataset.live) {
    const seen = new MutationObserver(() => {
      const now = document.getElementById("state");
      if (now && !now.dataset.live) window.location.reload();
    });
    seen.observe(state.parentElement, { childList: true });
  }

  const receiver = document.querySelector("form[data-receive]");
  if (receiver && window.opener) {
    window.addEventListener("message", (event) => {
      if (event.source !== window.opener || !event.data || event.data.archive !== 1) return;
      receiver.querySelector("[name='html']").value = String(event.data.html || "");
      receiver.querySelector("[name='url']").value = String(event.data.url || "");
      receiver.querySelector("[data-receive-status]").textContent = String(event.data.url || "");
      receiver.querySelector("button").disabled = false;
      window.opener.postMessage("archive:got", event.origin);
    });
  }
})();
