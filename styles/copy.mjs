// Copy the one script of GOV.UK Frontend that pages load, as released.
import { copyFileSync } from "node:fs";

copyFileSync(
  "node_modules/govuk-frontend/dist/govuk/govuk-frontend.min.js",
  "static/built/govuk-frontend.min.js",
);
