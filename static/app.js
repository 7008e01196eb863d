// Start GOV.UK Frontend, and tell the style sheet that scripts run. Every page works without this.
import { initAll } from "./built/govuk-frontend.min.js";

initAll();
