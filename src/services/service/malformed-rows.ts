export { countMalformedRows } from '../../store/malformed-rows.ts';
