#!/usr/bin/env node
import { loadProgram } from './program.ts';

loadProgram(import.meta.dirname);
