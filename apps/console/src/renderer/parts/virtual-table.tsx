import { Table } from "@mantine/core";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useRef } from "react";

const rowsBeyond = 12; // rendered outside of what is seen, so that scrolling meets no gap

/** A table of which only the rows in sight are in the page. */
export function VirtualTable<Item>({
  label,
  items,
  rowPx,
  abovePx,
  head,
  row,
}: {
  readonly label: string;
  readonly items: readonly Item[];
  readonly rowPx: number;
  /** What of the window's height stands above and below the table. */
  readonly abovePx: number;
  readonly head: ReactNode;
  readonly row: (item: Item, index: number) => ReactNode;
}): ReactNode {
  const frame = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: items.length,
    getScrollElement: () => frame.current,
    estimateSize: () => rowPx,
    overscan: rowsBeyond,
  });
  const shown = rows.getVirtualItems();
  const above = shown[0]?.start ?? 0;
  const below = rows.getTotalSize() - (shown.at(-1)?.end ?? 0);
  return (
    <div
      ref={frame}
      style={{ overflow: "auto", maxHeight: `calc(100vh - ${String(abovePx)}px)` }}
      tabIndex={0}
      role="region"
      aria-label={label}
    >
      <Table stickyHeader aria-rowcount={items.length + 1}>
        {head}
        <Table.Tbody>
          {above > 0 ? <tr style={{ height: above }} aria-hidden /> : null}
          {shown.map(({ index }) => {
            const item = items[index];
            return item === undefined ? null : row(item, index);
          })}
          {below > 0 ? <tr style={{ height: below }} aria-hidden /> : null}
        </Table.Tbody>
      </Table>
    </div>
  );
}
