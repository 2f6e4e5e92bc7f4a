/* SPDX-License-Identifier: MIT */
/* Memory for JSON: an answer's thousands of small values, one behind the other. */
#pragma once

/*
 * From now on jansson's memory is taken from large pieces and given back all at once, when nothing
 * of it is in use any more. Before the first value is made.
 */
void memory_open(void);
