"""Use cases of evidence: importing this package declares them all."""

from shouwen.features.evidence.use_cases.intake import (
    Accepted,
    AcceptUpload,
    ImportMedia,
    RefuseUpload,
    accept_upload,
    import_media,
    refuse_upload,
)
from shouwen.features.evidence.use_cases.reading import (
    INSPECTOR_SEES,
    ListEvidence,
    ReadMedia,
    access_media,
    list_evidence,
    read_media,
    read_preview,
)
from shouwen.features.evidence.use_cases.receipts import ReadReceipt, read_receipt
from shouwen.features.evidence.use_cases.uploads import (
    MAX_CHUNK_BYTES,
    MAX_FILES,
    MAX_OPEN_UPLOADS,
    ChunkRecorded,
    ReadUpload,
    RecordChunk,
    StartUpload,
    read_upload,
    record_chunk,
    start_upload,
)

__all__ = [
    "INSPECTOR_SEES",
    "MAX_CHUNK_BYTES",
    "MAX_FILES",
    "MAX_OPEN_UPLOADS",
    "AcceptUpload",
    "Accepted",
    "ChunkRecorded",
    "ImportMedia",
    "ListEvidence",
    "ReadMedia",
    "ReadReceipt",
    "ReadUpload",
    "RecordChunk",
    "RefuseUpload",
    "StartUpload",
    "accept_upload",
    "access_media",
    "import_media",
    "list_evidence",
    "read_media",
    "read_preview",
    "read_receipt",
    "read_upload",
    "record_chunk",
    "refuse_upload",
    "start_upload",
]
