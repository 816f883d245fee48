/** The renter's pages. */
import { startCompare } from "./compare";
import { startComposer } from "./composer";
import { startLive } from "./live";
import { startPage } from "./page";
import { startStatement } from "./statement";
import { startUploads } from "./upload";

startPage();
startUploads();
startComposer(startLive());
startCompare();
startStatement();
