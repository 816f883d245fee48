/** The workbench. */
import { startActs } from "./acts";
import { startCompare } from "./compare";
import { startComposer } from "./composer";
import { startLive } from "./live";
import { startPage } from "./page";
import { startPalette } from "./palette";
import { startInspection } from "./region";
import { startUploads } from "./upload";

startPage();
const thread = startLive();
startActs(thread);
startPalette(startComposer(thread));
startCompare();
startUploads();
startInspection();
