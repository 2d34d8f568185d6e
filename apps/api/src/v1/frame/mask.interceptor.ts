import { maskTexts } from '#kernel';
import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { type Observable, map } from 'rxjs';

/** Masks secrets in every answer under /v1: none is written to the log, but logs of an earlier version are shown as well. */
@Injectable()
export class MaskInterceptor implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(map(maskTexts));
  }
}
