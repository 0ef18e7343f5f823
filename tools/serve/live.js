// Reloads a page of `make serve` when the site was built anew. Only in quick builds; the published site has no trace of it.
//
// It waits until the service worker has taken over the new files, or the reload would show the old ones.

const events = new EventSource("live-reload");
events.addEventListener("built", async () => {
  const registration = await navigator.serviceWorker?.getRegistration();
  if (!registration) {
    location.reload();
    return;
  }
  navigator.serviceWorker.addEventListener("controllerchange", () => location.reload());
  await registration.update();
  // Nothing new to install: what changed is not part of the site, or was undone.
  if (!registration.installing && !registration.waiting) location.reload();
});
