// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.testing;

import dev.holdfast.testing.Slot.ArraySlot;
import dev.holdfast.testing.Slot.CollectionSlot;
import dev.holdfast.testing.Slot.FieldSlot;
import dev.holdfast.testing.Slot.Holder;
import dev.holdfast.testing.Slot.MapSlot;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import org.apache.commons.rng.UniformRandomProvider;
import org.jspecify.annotations.Nullable;

/**
 * What a program can remember beside its declared state: the static fields of its classes, and the
 * objects that its body has captured. A restart in a new process begins with neither; within one
 * JVM they would carry over from one leg to the next and hide that they were forgotten. So they are
 * kept here as they are before the first leg and put back before every other.
 *
 * <p>Reached from these roots are arrays, objects of the program's own classes, the collections and
 * atomic variables of the JDK, and random generators whose state can be read. What else they refer
 * to, such as an object of a library, a thread local or a system property, is left alone.
 */
final class Surroundings {
  private record Reached(String place, Object object) {}

  private final ProgramClasses classes;
  private final Generators generators;
  private final List<Slot> slots = new ArrayList<>();
  private final List<String> notReset = new ArrayList<>();
  private final Deque<Reached> open = new ArrayDeque<>();
  private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());

  /**
   * Keeps the surroundings of a program as they are now.
   *
   * @param folder for what must be kept on disk
   */
  Surroundings(Object body, ProgramClasses classes, Path folder) {
    this.classes = classes;
    this.generators = new Generators(folder);
    fieldsOf(body, "captured");
    classes.list().forEach(this::statics);
    while (!open.isEmpty()) {
      Reached next = open.remove();
      visit(next.place(), next.object());
    }
    generators.keepOrReset();
  }

  /** What has changed since then, in words. */
  List<String> changes() {
    List<String> changes = new ArrayList<>();
    for (Slot slot : slots) {
      String change = slot.change();
      if (change != null) {
        changes.add(change);
      }
    }
    changes.addAll(generators.changes());
    return changes;
  }

  /** Makes everything as it was then. */
  void reset() {
    slots.forEach(Slot::reset);
    generators.keepOrReset();
  }

  /** What cannot be put back, in words. */
  List<String> notReset() {
    return notReset;
  }

  private void reach(String place, @Nullable Object object) {
    if (object != null && seen.add(object)) {
      open.add(new Reached(place, object));
    }
  }

  private void statics(Class<?> type) {
    String name = type.getName();
    String simple = name.substring(name.lastIndexOf('.') + 1).replace('$', '.');
    for (Field field : declared(type)) {
      if (Modifier.isStatic(field.getModifiers())) {
        field(field, null, "static field " + simple + "." + field.getName());
      }
    }
  }

  private static Field[] declared(Class<?> type) {
    try {
      return type.getDeclaredFields();
    } catch (LinkageError e) {
      return new Field[0]; // a field of a type that is not there: the class cannot be used either
    }
  }

  private void fieldsOf(Object object, String place) {
    for (Class<?> at = object.getClass(); at != null && mine(at); at = at.getSuperclass()) {
      for (Field field : declared(at)) {
        if (!Modifier.isStatic(field.getModifiers())) {
          // A lambda's fields have no names of the program's making.
          String name =
              at.isHidden() ? " " + field.getType().getSimpleName() : "." + field.getName();
          field(field, object, place + name);
        }
      }
    }
  }

  /** A lambda's class is in the nest of the class that wrote it, and in no file. */
  private boolean mine(Class<?> type) {
    return classes.includes(type.isHidden() ? type.getNestHost() : type);
  }

  private void field(Field field, @Nullable Object owner, String place) {
    boolean isFinal = Modifier.isFinal(field.getModifiers());
    boolean isValue = field.getType().isPrimitive() || field.getType() == String.class;
    boolean ofCompiler = field.isSynthetic() && owner == null;
    if ((isFinal && isValue) || ofCompiler || field.isEnumConstant()) {
      return;
    }
    try {
      field.setAccessible(true);
      if (!isFinal) {
        slots.add(FieldSlot.of(place, field, owner));
      }
      reach(place, field.get(owner));
    } catch (InaccessibleObjectException | IllegalAccessException e) {
      notReset.add(
          place
              + ": its module is closed; add: opens "
              + field.getDeclaringClass().getPackageName()
              + " to dev.holdfast.core;");
    } catch (LinkageError e) {
      notReset.add(place + ": its class cannot be initialized (" + e + ")");
    }
  }

  @SuppressWarnings("unchecked") // only elements that were in it are ever put into it again
  private void visit(String place, Object object) {
    switch (object) {
      case RandomGenerator generator -> generator(place, generator);
      case UniformRandomProvider generator -> generator(place, generator);
      case AtomicInteger i -> slots.add(Holder.of(place, i::get, i::set));
      case AtomicLong i -> slots.add(Holder.of(place, i::get, i::set));
      case AtomicBoolean b -> slots.add(Holder.of(place, b::get, b::set));
      case AtomicReference<?> r -> reference(place, (AtomicReference<Object>) r);
      case StringBuilder text ->
          slots.add(
              Holder.of(place, text::toString, value -> text.replace(0, text.length(), value)));
      case Collection<?> c when ofJdk(c) -> collection(place, (Collection<Object>) c);
      case Map<?, ?> map when ofJdk(map) -> {
        slots.add(MapSlot.of(place, (Map<Object, Object>) map));
        map.forEach((key, value) -> reach(place + ".get(" + key + ")", value));
      }
      default -> {
        if (object.getClass().isArray()) {
          array(place, object);
        } else if (!(object instanceof Enum<?>) && mine(object.getClass())) {
          fieldsOf(object, place);
        }
      }
    }
  }

  private static boolean ofJdk(Object object) {
    return object.getClass().getName().startsWith("java.util.");
  }

  private void reference(String place, AtomicReference<Object> reference) {
    slots.add(Holder.of(place, reference::get, reference::set));
    reach(place, reference.get());
  }

  private void collection(String place, Collection<Object> collection) {
    slots.add(CollectionSlot.of(place, collection));
    collection.forEach(element -> reach(place + " (an element)", element));
  }

  private void array(String place, Object array) {
    slots.add(ArraySlot.of(place, array));
    if (array instanceof Object[] elements) {
      for (int i = 0; i < Array.getLength(array); i++) {
        reach(place + "[" + i + "]", elements[i]);
      }
    }
  }

  private void generator(String place, Object generator) {
    if (!generators.add(place, generator)) {
      notReset.add(
          place
              + ": nobody can read the state of a "
              + generator.getClass().getName()
              + "; make it within the body, or use another generator");
    }
  }
}
