// SPDX-License-Identifier: Apache-2.0
/** Durable versions of a job's state: wholly there or not at all. */
@NullMarked
package dev.holdfast.storage;

import org.jspecify.annotations.NullMarked;
