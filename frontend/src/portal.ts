/** The renter's pages. */
import { startCompare } from "./compare";
import { startReplies } from "./composer";
import { startEarlier, startList } from "./live";
import { enter } from "./opened";
import { startPage } from "./page";
import { startStatement } from "./statement";
import { startUploads } from "./upload";

startPage();
startUploads();
startList();
enter();
startReplies();
startEarlier();
startCompare();
startStatement();
