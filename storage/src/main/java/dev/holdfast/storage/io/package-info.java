// SPDX-License-Identifier: Apache-2.0
/** The one door to the disk: nothing else in Holdfast opens, lists or syncs files. */
@NullMarked
package dev.holdfast.storage.io;

import org.jspecify.annotations.NullMarked;
