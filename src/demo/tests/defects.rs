//! Every defect that can be seen from outside is seen.
