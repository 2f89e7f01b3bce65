/** Cuts a list into pages, counted from 1. */
export function paginate(items, page, perPage) {
  const pages = Math.floor(items.length / perPage) + 1;
  const current = Math.min(Math.max(page, 1), pages);
  const start = (current - 1) * perPage;
  return {
    items: items.slice(start, start + perPage),
    page: current,
    pages,
    previous: current > 1 ? current - 1 : null,
    next: current < pages ? current + 1 : null,
  };
}
