// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A flight recording shows how long the next commit had to wait for the end of this one. */
@Name("dev.holdfast.Tidy")
@Label("Holdfast Tidy")
@Category("Holdfast")
@Description("After a commit: versions that need not stay were deleted, room was looked for")
@StackTrace(false)
final class TidyEvent extends Event {}
