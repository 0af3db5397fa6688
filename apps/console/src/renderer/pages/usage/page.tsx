import { Tabs } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { z } from "zod";
import { PageHead } from "../../parts/page-head.tsx";
import { Exports } from "./exports.tsx";
import { MonthUsage } from "./month-usage.tsx";

const searchSchema = z.object({
  tab: z.enum(["month", "exports"]).catch("month"),
  period: z
    .string()
    .regex(/^\d{4}-\d{2}$/)
    .nullable()
    .catch(null),
});

/** What was charged, and what billing has been told of it. */
export function Page(): ReactNode {
  const { tab, period } = searchSchema.parse(useSearch({ strict: false }));
  const navigate = useNavigate();
  const show = (next: Partial<z.infer<typeof searchSchema>>): void => {
    void navigate({ to: "/usage", search: { tab, period, ...next }, replace: true });
  };
  return (
    <>
      <PageHead title="Usage and billing" />
      <Tabs
        value={tab}
        onChange={(value) => {
          show({ tab: searchSchema.shape.tab.parse(value) });
        }}
      >
        <Tabs.List mb="md">
          <Tabs.Tab value="month">By month</Tabs.Tab>
          <Tabs.Tab value="exports">Told to billing</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="month">
          <MonthUsage
            period={period}
            onPeriod={(next) => {
              show({ period: next });
            }}
          />
        </Tabs.Panel>
        <Tabs.Panel value="exports">
          <Exports />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}
