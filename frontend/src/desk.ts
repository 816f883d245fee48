/** The workbench. */
import { startActs } from "./acts";
import { startCompare } from "./compare";
import { startReplies } from "./composer";
import { startFiles } from "./files";
import { startEarlier, startList, startQueue } from "./live";
import { enter } from "./opened";
import { startPage } from "./page";
import { startPalette } from "./palette";
import { startInspection } from "./region";
import { startUploads } from "./upload";
import { startVisits } from "./visits";

startPage();
startList();
const queue = startQueue();
enter(queue);
startVisits(queue);
startReplies();
startEarlier();
startActs();
startPalette();
startCompare();
startUploads();
startFiles();
startInspection();
